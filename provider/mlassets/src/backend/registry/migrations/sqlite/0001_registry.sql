-- The registry: versions, their deployments, and an audit that only grows.
--
-- Triggers cannot change a new row here, so AFTER triggers stamp `row_version`, `updated_*` and
-- `ended_by`; a stamp is recognised by its row_version and by changing nothing else. `INSERT OR
-- REPLACE` deletes without delete triggers: the insert guards refuse every row that would replace one.
-- Messages are literals, since SQLite before 3.47 cannot even open a schema that computes one.

CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  checksum   TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- Who writes: set by a transaction of the provider, empty outside of one.
CREATE TABLE registry_session (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  actor TEXT,
  txn   INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO registry_session (id) VALUES (1);

CREATE TABLE model_registry (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  model_name      TEXT NOT NULL CONSTRAINT model_name_form CHECK
                  (model_name GLOB '[A-Za-z0-9]*' AND model_name NOT GLOB '*[^A-Za-z0-9._-]*' AND length(model_name) <= 128),
  model_version   TEXT NOT NULL CONSTRAINT model_version_form CHECK
                  (model_version GLOB '[A-Za-z0-9]*' AND model_version NOT GLOB '*[^A-Za-z0-9._+-]*' AND length(model_version) <= 128),
  status          TEXT NOT NULL DEFAULT 'registered' CONSTRAINT version_status
                  CHECK (status IN ('registered', 'verified', 'deployed', 'superseded', 'rolled_back', 'archived')),
  artifact_uri    TEXT NOT NULL CONSTRAINT artifact_uri_present CHECK (artifact_uri <> ''),
  artifact_sha256 TEXT NOT NULL CONSTRAINT artifact_sha256_form CHECK
                  (length(artifact_sha256) = 64 AND artifact_sha256 NOT GLOB '*[^0-9a-f]*'),
  description     TEXT NOT NULL DEFAULT '',
  metadata        TEXT NOT NULL DEFAULT '{}' CONSTRAINT metadata_is_object CHECK
                  (CASE WHEN json_valid(metadata) THEN json_type(metadata) = 'object' ELSE 0 END),
  row_version     INTEGER NOT NULL DEFAULT 1,
  created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  created_by      TEXT NOT NULL DEFAULT '',
  updated_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_by      TEXT NOT NULL DEFAULT '',
  CONSTRAINT one_row_per_version UNIQUE (model_name, model_version)
) STRICT;

CREATE TABLE model_deployment (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  model_name       TEXT NOT NULL,
  environment      TEXT NOT NULL CONSTRAINT environment_form CHECK
                   (environment GLOB '[A-Za-z0-9]*' AND environment NOT GLOB '*[^A-Za-z0-9._-]*' AND length(environment) <= 128),
  model_version    TEXT NOT NULL,
  status           TEXT NOT NULL DEFAULT 'deployed' CONSTRAINT deployment_status
                   CHECK (status IN ('deployed', 'superseded', 'rolled_back', 'retired')),
  previous_version TEXT,
  row_version      INTEGER NOT NULL,
  deployed_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  deployed_by      TEXT NOT NULL DEFAULT '',
  ended_at         TEXT,
  ended_by         TEXT,
  CONSTRAINT one_row_version_per_environment UNIQUE (model_name, environment, row_version),
  CONSTRAINT deployment_of_known_version
    FOREIGN KEY (model_name, model_version) REFERENCES model_registry (model_name, model_version)
) STRICT;

CREATE UNIQUE INDEX one_deployed_per_environment
  ON model_deployment (model_name, environment) WHERE status = 'deployed';
CREATE INDEX deployed_versions
  ON model_deployment (model_name, model_version) WHERE status = 'deployed';

CREATE TABLE model_registry_audit (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  at            TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor         TEXT NOT NULL,
  txn           INTEGER,
  op            TEXT NOT NULL,
  model_name    TEXT NOT NULL,
  model_version TEXT NOT NULL,
  environment   TEXT,
  old_status    TEXT,
  new_status    TEXT,
  row_version   INTEGER NOT NULL,
  detail        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
  CONSTRAINT seq_is_positive CHECK (seq > 0)
) STRICT;
CREATE INDEX audit_of_version ON model_registry_audit (model_name, model_version, seq);

CREATE VIEW registry_actor AS
  SELECT coalesce(actor, 'direct SQL') AS actor, CASE WHEN actor IS NULL THEN NULL ELSE txn END AS txn
  FROM registry_session;

-- Versions: identity and content never change, the status moves along the allowed edges only, and
-- `deployed` always agrees with model_deployment.
CREATE TRIGGER version_insert_guard BEFORE INSERT ON model_registry BEGIN
  SELECT RAISE(ABORT, 'version_transition: a new version starts as registered')
    WHERE NEW.status <> 'registered' OR NEW.row_version <> 1;
  SELECT RAISE(ABORT, 'one_row_per_version: the version exists')
    WHERE EXISTS (SELECT 1 FROM model_registry r
      WHERE r.id = NEW.id OR (r.model_name = NEW.model_name AND r.model_version = NEW.model_version));
END;

CREATE TRIGGER version_update_guard BEFORE UPDATE ON model_registry BEGIN
  SELECT RAISE(ABORT, 'version_immutable: name, version, artifact and origin of a version never change')
    WHERE (NEW.id, NEW.model_name, NEW.model_version, NEW.artifact_uri, NEW.artifact_sha256, NEW.created_at)
       IS NOT (OLD.id, OLD.model_name, OLD.model_version, OLD.artifact_uri, OLD.artifact_sha256, OLD.created_at)
       OR (NEW.created_by <> OLD.created_by AND OLD.created_by <> '');
  SELECT RAISE(ABORT, 'version_row_version: the row version is not written by hand')
    WHERE NEW.row_version <> OLD.row_version
      AND (NEW.row_version <> OLD.row_version + 1
           OR (NEW.status, NEW.description, NEW.metadata) IS NOT (OLD.status, OLD.description, OLD.metadata));
  SELECT RAISE(ABORT, 'version_transition: the status of a version moves along the allowed edges only')
    WHERE NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
      ('registered', 'verified'), ('verified', 'deployed'),
      ('deployed', 'superseded'), ('deployed', 'rolled_back'),
      ('superseded', 'deployed'), ('rolled_back', 'deployed'),
      ('registered', 'archived'), ('verified', 'archived'),
      ('superseded', 'archived'), ('rolled_back', 'archived'));
  SELECT RAISE(ABORT, 'version_in_step: the status deployed follows from model_deployment')
    WHERE NEW.status <> OLD.status AND (NEW.status = 'deployed') <> EXISTS (SELECT 1 FROM model_deployment d
      WHERE d.model_name = NEW.model_name AND d.model_version = NEW.model_version AND d.status = 'deployed');
  SELECT RAISE(ABORT, 'version_archived: an archived version never changes')
    WHERE OLD.status = 'archived' AND NEW.status = 'archived' AND NEW.row_version = OLD.row_version;
END;

CREATE TRIGGER version_inserted AFTER INSERT ON model_registry BEGIN
  INSERT INTO model_registry_audit (actor, txn, op, model_name, model_version, new_status, row_version, detail)
  SELECT a.actor, a.txn, 'register', NEW.model_name, NEW.model_version, NEW.status, NEW.row_version,
    json_object('artifact_uri', NEW.artifact_uri, 'artifact_sha256', NEW.artifact_sha256,
                'description', NEW.description, 'metadata', json(NEW.metadata))
  FROM registry_actor a;
END;

CREATE TRIGGER version_updated AFTER UPDATE ON model_registry WHEN NEW.row_version = OLD.row_version BEGIN
  INSERT INTO model_registry_audit (actor, txn, op, model_name, model_version, old_status, new_status, row_version, detail)
  SELECT a.actor, a.txn,
    CASE WHEN NEW.status = OLD.status THEN 'update' WHEN NEW.status = 'verified' THEN 'verify'
         WHEN NEW.status = 'archived' THEN 'archive' ELSE 'status' END,
    NEW.model_name, NEW.model_version, OLD.status, NEW.status, OLD.row_version + 1,
    CASE WHEN (NEW.metadata, NEW.description) IS (OLD.metadata, OLD.description) THEN '{}'
         ELSE json_object(
           'before', json_object('description', OLD.description, 'metadata', json(OLD.metadata)),
           'after', json_object('description', NEW.description, 'metadata', json(NEW.metadata))) END
  FROM registry_actor a;
  UPDATE model_registry SET row_version = OLD.row_version + 1,
      updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), updated_by = (SELECT actor FROM registry_actor)
    WHERE id = NEW.id;
END;

-- Deployments: a row is born deployed, ends once, and is frozen after that.
CREATE TRIGGER deployment_insert_guard BEFORE INSERT ON model_deployment BEGIN
  SELECT RAISE(ABORT, 'deployment_transition: a new deployment starts as deployed')
    WHERE NEW.status <> 'deployed' OR NEW.ended_at IS NOT NULL OR NEW.ended_by IS NOT NULL;
  SELECT RAISE(ABORT, 'deployment_of_verified_version: a version that is registered or archived cannot be deployed')
    FROM model_registry r
    WHERE r.model_name = NEW.model_name AND r.model_version = NEW.model_version AND r.status IN ('registered', 'archived');
  SELECT RAISE(ABORT, 'one_deployed_per_environment: another version is deployed')
    WHERE EXISTS (SELECT 1 FROM model_deployment d
      WHERE d.model_name = NEW.model_name AND d.environment = NEW.environment AND d.status = 'deployed');
  SELECT RAISE(ABORT, 'deployment_row_version: the row version of a deployment only grows')
    WHERE NEW.row_version <= (SELECT coalesce(max(d.row_version), 0) FROM model_deployment d
        WHERE d.model_name = NEW.model_name AND d.environment = NEW.environment)
      OR EXISTS (SELECT 1 FROM model_deployment d WHERE d.id = NEW.id);
END;

CREATE TRIGGER deployment_update_guard BEFORE UPDATE ON model_deployment BEGIN
  SELECT RAISE(ABORT, 'deployment_immutable: what was deployed, where, when and by whom never changes')
    WHERE (NEW.id, NEW.model_name, NEW.environment, NEW.model_version, NEW.previous_version, NEW.deployed_at, NEW.deployed_by)
       IS NOT (OLD.id, OLD.model_name, OLD.environment, OLD.model_version, OLD.previous_version, OLD.deployed_at, OLD.deployed_by);
  SELECT RAISE(ABORT, 'deployment_transition: a deployment ends once and is frozen after that')
    WHERE NOT (OLD.status = 'deployed' AND NEW.status <> 'deployed' AND NEW.row_version = OLD.row_version)
      AND NOT (OLD.status <> 'deployed' AND NEW.status = OLD.status AND OLD.ended_at IS NULL
               AND NEW.row_version = OLD.row_version + 1);
END;

CREATE TRIGGER deployment_inserted AFTER INSERT ON model_deployment BEGIN
  INSERT INTO model_registry_audit
    (actor, txn, op, model_name, model_version, environment, new_status, row_version, detail)
  SELECT a.actor, a.txn, 'deploy', NEW.model_name, NEW.model_version, NEW.environment, NEW.status, NEW.row_version,
    json_object('previous_version', NEW.previous_version)
  FROM registry_actor a;
  UPDATE model_registry SET status = 'deployed'
    WHERE model_name = NEW.model_name AND model_version = NEW.model_version AND status <> 'deployed';
END;

CREATE TRIGGER deployment_ended AFTER UPDATE ON model_deployment WHEN NEW.row_version = OLD.row_version BEGIN
  INSERT INTO model_registry_audit
    (actor, txn, op, model_name, model_version, environment, old_status, new_status, row_version, detail)
  SELECT a.actor, a.txn,
    CASE NEW.status WHEN 'superseded' THEN 'supersede' WHEN 'rolled_back' THEN 'roll_back' ELSE 'retire' END,
    NEW.model_name, NEW.model_version, NEW.environment, OLD.status, NEW.status, OLD.row_version + 1,
    json_object('previous_version', NEW.previous_version)
  FROM registry_actor a;
  UPDATE model_deployment SET row_version = OLD.row_version + 1,
      ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ended_by = (SELECT actor FROM registry_actor)
    WHERE id = NEW.id;
  UPDATE model_registry SET status = CASE NEW.status WHEN 'rolled_back' THEN 'rolled_back' ELSE 'superseded' END
    WHERE model_name = NEW.model_name AND model_version = NEW.model_version AND status = 'deployed'
      AND NOT EXISTS (SELECT 1 FROM model_deployment d
        WHERE d.model_name = NEW.model_name AND d.model_version = NEW.model_version AND d.status = 'deployed');
END;

-- History is kept: nothing is deleted, and the audit is not even changed.
CREATE TRIGGER version_kept BEFORE DELETE ON model_registry BEGIN
  SELECT RAISE(ABORT, 'history_is_kept: DELETE on model_registry is refused: the registry keeps its history');
END;
CREATE TRIGGER deployment_kept BEFORE DELETE ON model_deployment BEGIN
  SELECT RAISE(ABORT, 'history_is_kept: DELETE on model_deployment is refused: the registry keeps its history');
END;
CREATE TRIGGER audit_kept_on_delete BEFORE DELETE ON model_registry_audit BEGIN
  SELECT RAISE(ABORT, 'history_is_kept: DELETE on model_registry_audit is refused: the registry keeps its history');
END;
CREATE TRIGGER audit_kept_on_update BEFORE UPDATE ON model_registry_audit BEGIN
  SELECT RAISE(ABORT, 'history_is_kept: UPDATE on model_registry_audit is refused: the registry keeps its history');
END;
CREATE TRIGGER audit_kept_on_replace BEFORE INSERT ON model_registry_audit
WHEN EXISTS (SELECT 1 FROM model_registry_audit WHERE seq = NEW.seq) BEGIN
  SELECT RAISE(ABORT, 'history_is_kept: REPLACE on model_registry_audit is refused: the registry keeps its history');
END;
