-- The registry: versions, their deployments, and an audit that only grows.
-- `{schema}` is the quoted name of the schema; the runner creates the schema itself.

CREATE TABLE {schema}.schema_migrations (
  version    bigint PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION {schema}.registry_actor() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('mlassets.actor', true), ''), session_user::text) $$;

CREATE TABLE {schema}.model_registry (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model_name      text NOT NULL
                  CONSTRAINT model_name_form CHECK (model_name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  model_version   text NOT NULL
                  CONSTRAINT model_version_form CHECK (model_version ~ '^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$'),
  status          text NOT NULL DEFAULT 'registered' CONSTRAINT version_status
                  CHECK (status IN ('registered', 'verified', 'deployed', 'superseded', 'rolled_back', 'archived')),
  artifact_uri    text NOT NULL CONSTRAINT artifact_uri_present CHECK (artifact_uri <> ''),
  artifact_sha256 text NOT NULL
                  CONSTRAINT artifact_sha256_form CHECK (artifact_sha256 ~ '^[0-9a-f]{64}$'),
  description     text NOT NULL DEFAULT '',
  metadata        jsonb NOT NULL DEFAULT '{}'
                  CONSTRAINT metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
  row_version     bigint NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  created_by      text NOT NULL DEFAULT '',
  updated_at      timestamptz NOT NULL DEFAULT now(),
  updated_by      text NOT NULL DEFAULT '',
  CONSTRAINT one_row_per_version UNIQUE (model_name, model_version)
);

CREATE TABLE {schema}.model_deployment (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model_name       text NOT NULL,
  environment      text NOT NULL
                   CONSTRAINT environment_form CHECK (environment ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  model_version    text NOT NULL,
  status           text NOT NULL DEFAULT 'deployed' CONSTRAINT deployment_status
                   CHECK (status IN ('deployed', 'superseded', 'rolled_back', 'retired')),
  previous_version text,
  row_version      bigint NOT NULL,
  deployed_at      timestamptz NOT NULL DEFAULT now(),
  deployed_by      text NOT NULL DEFAULT '',
  ended_at         timestamptz,
  ended_by         text,
  CONSTRAINT one_row_version_per_environment UNIQUE (model_name, environment, row_version),
  CONSTRAINT deployment_of_known_version
    FOREIGN KEY (model_name, model_version) REFERENCES {schema}.model_registry (model_name, model_version),
  CONSTRAINT ended_when_not_deployed CHECK ((status = 'deployed') = (ended_at IS NULL))
);

CREATE UNIQUE INDEX one_deployed_per_environment
  ON {schema}.model_deployment (model_name, environment) WHERE status = 'deployed';
CREATE INDEX deployed_versions
  ON {schema}.model_deployment (model_name, model_version) WHERE status = 'deployed';

CREATE TABLE {schema}.model_registry_audit (
  seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor         text NOT NULL,
  txn           bigint,
  op            text NOT NULL,
  model_name    text NOT NULL,
  model_version text NOT NULL,
  environment   text,
  old_status    text,
  new_status    text,
  row_version   bigint NOT NULL,
  detail        jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_of_version ON {schema}.model_registry_audit (model_name, model_version, seq);

CREATE FUNCTION {schema}.registry_refuse(guard text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'check_violation', CONSTRAINT = guard;
END $$;

-- Versions: identity and content never change, the status moves along the allowed edges only, and
-- `deployed` always agrees with model_deployment.
CREATE FUNCTION {schema}.version_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE in_use boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'registered' THEN
      PERFORM registry_refuse('version_transition', format('a new version starts as registered, not as %s', NEW.status));
    END IF;
    NEW.row_version := 1;
    NEW.created_by := registry_actor();
    NEW.updated_by := NEW.created_by;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.model_name, NEW.model_version, NEW.artifact_uri, NEW.artifact_sha256, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM
     (OLD.id, OLD.model_name, OLD.model_version, OLD.artifact_uri, OLD.artifact_sha256, OLD.created_at, OLD.created_by) THEN
    PERFORM registry_refuse('version_immutable', 'name, version, artifact and origin of a version never change');
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN (
      ('registered', 'verified'), ('verified', 'deployed'),
      ('deployed', 'superseded'), ('deployed', 'rolled_back'),
      ('superseded', 'deployed'), ('rolled_back', 'deployed'),
      ('registered', 'archived'), ('verified', 'archived'),
      ('superseded', 'archived'), ('rolled_back', 'archived')) THEN
      PERFORM registry_refuse('version_transition', format('a version cannot go from %s to %s', OLD.status, NEW.status));
    END IF;
    in_use := EXISTS (SELECT FROM model_deployment d
      WHERE d.model_name = NEW.model_name AND d.model_version = NEW.model_version AND d.status = 'deployed');
    IF (NEW.status = 'deployed') <> in_use THEN
      PERFORM registry_refuse('version_in_step', 'the status deployed follows from model_deployment');
    END IF;
  ELSIF OLD.status = 'archived' THEN
    PERFORM registry_refuse('version_archived', 'an archived version never changes');
  END IF;
  NEW.row_version := OLD.row_version + 1;
  NEW.updated_at := clock_timestamp();
  NEW.updated_by := registry_actor();
  RETURN NEW;
END $$;
CREATE TRIGGER version_guard BEFORE INSERT OR UPDATE ON {schema}.model_registry
  FOR EACH ROW EXECUTE FUNCTION {schema}.version_guard();

CREATE FUNCTION {schema}.version_audit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO model_registry_audit (actor, txn, op, model_name, model_version, new_status, row_version, detail)
    VALUES (registry_actor(), txid_current(), 'register', NEW.model_name, NEW.model_version, NEW.status, NEW.row_version,
      jsonb_build_object('artifact_uri', NEW.artifact_uri, 'artifact_sha256', NEW.artifact_sha256,
                         'description', NEW.description, 'metadata', NEW.metadata));
    RETURN NULL;
  END IF;
  INSERT INTO model_registry_audit (actor, txn, op, model_name, model_version, old_status, new_status, row_version, detail)
  VALUES (registry_actor(), txid_current(),
    CASE WHEN NEW.status = OLD.status THEN 'update' WHEN NEW.status = 'verified' THEN 'verify'
         WHEN NEW.status = 'archived' THEN 'archive' ELSE 'status' END,
    NEW.model_name, NEW.model_version, OLD.status, NEW.status, NEW.row_version,
    CASE WHEN (NEW.metadata, NEW.description) IS NOT DISTINCT FROM (OLD.metadata, OLD.description) THEN '{}'::jsonb
         ELSE jsonb_build_object(
           'before', jsonb_build_object('description', OLD.description, 'metadata', OLD.metadata),
           'after', jsonb_build_object('description', NEW.description, 'metadata', NEW.metadata)) END);
  RETURN NULL;
END $$;
CREATE TRIGGER version_audit AFTER INSERT OR UPDATE ON {schema}.model_registry
  FOR EACH ROW EXECUTE FUNCTION {schema}.version_audit();

-- Deployments: a row is born deployed, ends once, and is frozen after that.
CREATE FUNCTION {schema}.deployment_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE version_status text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'deployed' THEN
      PERFORM registry_refuse('deployment_transition', format('a new deployment starts as deployed, not as %s', NEW.status));
    END IF;
    SELECT r.status INTO version_status FROM model_registry r
      WHERE r.model_name = NEW.model_name AND r.model_version = NEW.model_version FOR UPDATE;
    IF version_status IN ('registered', 'archived') THEN
      PERFORM registry_refuse('deployment_of_verified_version', format('a version that is %s cannot be deployed', version_status));
    END IF;
    IF NEW.row_version <= (SELECT coalesce(max(d.row_version), 0) FROM model_deployment d
        WHERE d.model_name = NEW.model_name AND d.environment = NEW.environment) THEN
      PERFORM registry_refuse('deployment_row_version', 'the row version of a deployment only grows');
    END IF;
    NEW.deployed_by := registry_actor();
    RETURN NEW;
  END IF;
  IF OLD.status <> 'deployed' OR NEW.status = 'deployed' THEN
    PERFORM registry_refuse('deployment_transition', format('a deployment cannot go from %s to %s', OLD.status, NEW.status));
  END IF;
  IF (NEW.id, NEW.model_name, NEW.environment, NEW.model_version, NEW.previous_version, NEW.deployed_at, NEW.deployed_by)
     IS DISTINCT FROM
     (OLD.id, OLD.model_name, OLD.environment, OLD.model_version, OLD.previous_version, OLD.deployed_at, OLD.deployed_by) THEN
    PERFORM registry_refuse('deployment_immutable', 'what was deployed, where, when and by whom never changes');
  END IF;
  NEW.row_version := OLD.row_version + 1;
  NEW.ended_at := now();
  NEW.ended_by := registry_actor();
  RETURN NEW;
END $$;
CREATE TRIGGER deployment_guard BEFORE INSERT OR UPDATE ON {schema}.model_deployment
  FOR EACH ROW EXECUTE FUNCTION {schema}.deployment_guard();

CREATE FUNCTION {schema}.deployment_audit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
  INSERT INTO model_registry_audit
    (actor, txn, op, model_name, model_version, environment, old_status, new_status, row_version, detail)
  VALUES (registry_actor(), txid_current(),
    CASE NEW.status WHEN 'deployed' THEN 'deploy' WHEN 'superseded' THEN 'supersede'
                    WHEN 'rolled_back' THEN 'roll_back' ELSE 'retire' END,
    NEW.model_name, NEW.model_version, NEW.environment,
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.row_version,
    jsonb_build_object('previous_version', NEW.previous_version));
  IF NEW.status = 'deployed' THEN
    UPDATE model_registry r SET status = 'deployed'
      WHERE r.model_name = NEW.model_name AND r.model_version = NEW.model_version AND r.status <> 'deployed';
  ELSIF NOT EXISTS (SELECT FROM model_deployment d
      WHERE d.model_name = NEW.model_name AND d.model_version = NEW.model_version AND d.status = 'deployed') THEN
    UPDATE model_registry r SET status = CASE NEW.status WHEN 'rolled_back' THEN 'rolled_back' ELSE 'superseded' END
      WHERE r.model_name = NEW.model_name AND r.model_version = NEW.model_version AND r.status = 'deployed';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER deployment_audit AFTER INSERT OR UPDATE ON {schema}.model_deployment
  FOR EACH ROW EXECUTE FUNCTION {schema}.deployment_audit();

-- History is kept: nothing is deleted, and the audit is not even changed.
CREATE FUNCTION {schema}.keep_history() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
  PERFORM registry_refuse('history_is_kept', format('%s on %s is refused: the registry keeps its history', TG_OP, TG_TABLE_NAME));
  RETURN NULL;
END $$;
CREATE TRIGGER keep_history BEFORE DELETE OR TRUNCATE ON {schema}.model_registry
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.keep_history();
CREATE TRIGGER keep_history BEFORE DELETE OR TRUNCATE ON {schema}.model_deployment
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.keep_history();
CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.model_registry_audit
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.keep_history();
