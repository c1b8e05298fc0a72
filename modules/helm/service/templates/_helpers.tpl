{{/* Name of all objects. In an umbrella .Chart.Name is the alias, so that two services do not clash. */}}
{{- define "service.name" -}}
{{- $default := .Release.Name -}}
{{- if not .Chart.IsRoot -}}
{{- $default = printf "%s-%s" .Release.Name (replace "_" "-" .Chart.Name) -}}
{{- end -}}
{{- .Values.name | default $default | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{/* Which pods are ours. A Deployment cannot change these: keep them few. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ include "service.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "service.metadata" -}}
name: {{ include "service.name" . | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "service.selector" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{/* A map of texts, each quoted: YAML takes yes, 1e3 and 2025-01-15 for something else. */}}
{{- define "service.texts" -}}
{{- range $key, $value := . }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "service.environment" -}}
{{- range $name, $value := .Values.environment }}
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
{{- range $name, $from := .Values.secrets }}
- name: {{ $name | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret | quote }}
      key: {{ $from.key | quote }}
{{- end }}
{{- end -}}

{{/* What the schema cannot compare. */}}
{{- define "service.check" -}}
{{- $names := concat (keys .Values.environment) (keys .Values.environmentFrom) (keys .Values.secrets) | sortAlpha -}}
{{- $seen := "" -}}
{{- range $name := $names -}}
{{- if eq $name $seen -}}
{{- fail (printf "environment, environmentFrom and secrets must not share a name: %s stands in two of them" $name) -}}
{{- end -}}
{{- $seen = $name -}}
{{- end -}}
{{- with .Values.max_count -}}
{{- if lt (int .) (int $.Values.desired_count) -}}
{{- fail (printf "max_count must not be below desired_count: %d is below %d" (int .) (int $.Values.desired_count)) -}}
{{- end -}}
{{- if lt (int $.Values.desired_count) 1 -}}
{{- fail "desired_count must be at least 1 with autoscaling, which never scales to zero" -}}
{{- end -}}
{{- end -}}
{{- end -}}
