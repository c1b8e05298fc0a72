{{/* Name of all objects. In an umbrella .Chart.Name is the alias, so that two workers do not clash. */}}
{{- define "prefect-worker.name" -}}
{{- $default := .Release.Name -}}
{{- if not .Chart.IsRoot -}}
{{- $default = printf "%s-%s" .Release.Name (replace "_" "-" .Chart.Name) -}}
{{- end -}}
{{- .Values.name | default $default | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{/* Which pods are ours. A Deployment cannot change these: keep them few. */}}
{{- define "prefect-worker.selector" -}}
app.kubernetes.io/name: {{ include "prefect-worker.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "prefect-worker.metadata" -}}
name: {{ include "prefect-worker.name" . | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "prefect-worker.selector" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{/* A map of texts, each quoted: YAML takes yes, 1e3 and 2025-01-15 for something else. */}}
{{- define "prefect-worker.texts" -}}
{{- range $key, $value := . }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* What the chart sets itself. */}}
{{- define "prefect-worker.own" -}}
PREFECT_API_URL: {{ .Values.prefect.apiUrl | quote }}
# Settings and results of the worker: its home may be read-only.
PREFECT_HOME: "/tmp/prefect"
PREFECT_WORKER_WEBSERVER_HOST: "0.0.0.0"
PREFECT_WORKER_WEBSERVER_PORT: "8080"
# Watched is only what the worker may see. Without it the worker asks for all namespaces and is refused.
PREFECT_INTEGRATIONS_KUBERNETES_OBSERVER_NAMESPACES: {{ .Release.Namespace | quote }}
{{- with .Values.prefect.apiKeySecretRef }}
{{- if .name }}
# Jobs then refer to the Secret. Without these the worker writes the key itself into each Job.
PREFECT_INTEGRATIONS_KUBERNETES_WORKER_API_KEY_SECRET_NAME: {{ .name | quote }}
PREFECT_INTEGRATIONS_KUBERNETES_WORKER_API_KEY_SECRET_KEY: {{ .key | quote }}
{{- end }}
{{- end }}
{{- with .Values.prefect.authStringSecretRef }}
{{- if .name }}
PREFECT_INTEGRATIONS_KUBERNETES_WORKER_API_AUTH_STRING_SECRET_NAME: {{ .name | quote }}
PREFECT_INTEGRATIONS_KUBERNETES_WORKER_API_AUTH_STRING_SECRET_KEY: {{ .key | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "prefect-worker.ownSecrets" -}}
{{- with .Values.prefect.apiKeySecretRef }}
{{- if .name }}
PREFECT_API_KEY: { secret: {{ .name | quote }}, key: {{ .key | quote }} }
{{- end }}
{{- end }}
{{- with .Values.prefect.authStringSecretRef }}
{{- if .name }}
PREFECT_API_AUTH_STRING: { secret: {{ .name | quote }}, key: {{ .key | quote }} }
{{- end }}
{{- end }}
{{- end -}}

{{- define "prefect-worker.environment" -}}
{{- range $name, $value := merge (include "prefect-worker.own" . | fromYaml) .Values.environment }}
- name: {{ $name | quote }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $from := .Values.environmentFrom }}
- name: {{ $name | quote }}
  valueFrom:
    configMapKeyRef:
      name: {{ $from.configMap | quote }}
      key: {{ $from.key | quote }}
{{- end }}
{{- range $name, $from := merge (include "prefect-worker.ownSecrets" . | fromYaml) .Values.secrets }}
- name: {{ $name | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret | quote }}
      key: {{ $from.key | quote }}
{{- end }}
{{- end -}}

{{/* What the schema cannot compare. */}}
{{- define "prefect-worker.check" -}}
{{- $own := merge (include "prefect-worker.own" . | fromYaml) (include "prefect-worker.ownSecrets" . | fromYaml) -}}
{{- $given := concat (keys .Values.environment) (keys .Values.environmentFrom) (keys .Values.secrets) -}}
{{- $names := concat (keys $own) $given | sortAlpha -}}
{{- $seen := "" -}}
{{- range $name := $names -}}
{{- if eq $name $seen -}}
{{- $rule := "environment, environmentFrom and secrets must neither share a name nor set what the chart sets" -}}
{{- fail (printf "%s: %s is set twice" $rule $name) -}}
{{- end -}}
{{- $seen = $name -}}
{{- end -}}
{{- end -}}

{{/* Port of the Prefect API, which the network policy opens. */}}
{{- define "prefect-worker.apiPort" -}}
{{- $url := urlParse .Values.prefect.apiUrl -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "https" | ternary "443" "80") -}}
{{- end -}}
