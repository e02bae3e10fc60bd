{{- define "tongban.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 36 | trimSuffix "-" -}}
{{- end -}}

{{/* 36 characters leave room for "-<service>-migrate" in the 63 of a name. */}}
{{- define "tongban.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 36 | trimSuffix "-" -}}
{{- else if contains (include "tongban.name" .) .Release.Name -}}
{{- .Release.Name | trunc 36 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "tongban.name" .) | trunc 36 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What must hold across values and no schema can say. Called by every template that uses them. */}}
{{- define "tongban.check" -}}
{{- $seen := dict -}}
{{- range .Values.services -}}
{{- if hasKey $seen .name -}}
{{- fail (printf "services: %q is listed twice" .name) -}}
{{- end -}}
{{- $_ := set $seen .name true -}}
{{- end -}}
{{- if and (not (hasKey $seen "identity")) (not .Values.identity.jwksUrls) -}}
{{- fail "identity.jwksUrls: must be set when identity is not among the services" -}}
{{- end -}}
{{- if and (not (hasKey $seen "identity")) (not .Values.identity.issuer) (not (and .Values.ingress.enabled .Values.ingress.tlsSecret)) -}}
{{- fail "identity.issuer: must be set when identity is not among the services" -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.ingressFrom) -}}
{{- fail "networkPolicy.ingressFrom: must name the ingress controller, or the ingress reaches nothing" -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change, since a Deployment's selector cannot. Takes root and component. */}}
{{- define "tongban.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tongban.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "tongban.labels" -}}
{{ include "tongban.selectorLabels" . }}
app.kubernetes.io/part-of: tongban
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* What a migration needs before the release exists, and what is taken away once it has run. */}}
{{- define "tongban.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- define "tongban.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "tongban.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tongban.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The migrations run before the release's own account is there, so they bring one. */}}
{{- define "tongban.migrationAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- printf "%s-migrate" (include "tongban.fullname" .) -}}
{{- else -}}
{{- include "tongban.serviceAccountName" . -}}
{{- end -}}
{{- end -}}

{{- define "tongban.identityUrl" -}}
{{- printf "http://%s-identity:%v/identity" (include "tongban.fullname" .) .Values.service.port -}}
{{- end -}}

{{- define "tongban.issuer" -}}
{{- if .Values.identity.issuer -}}
{{- .Values.identity.issuer -}}
{{- else if and .Values.ingress.enabled .Values.ingress.tlsSecret -}}
{{- printf "https://%s/identity" .Values.ingress.host -}}
{{- else -}}
{{- include "tongban.identityUrl" . -}}
{{- end -}}
{{- end -}}

{{- define "tongban.jwksUrls" -}}
{{- if .Values.identity.jwksUrls -}}
{{- join "," .Values.identity.jwksUrls -}}
{{- else -}}
{{- printf "%s/.well-known/jwks.json" (include "tongban.identityUrl" .) -}}
{{- end -}}
{{- end -}}

{{/* The database URL, from whichever secret holds it. Takes root and the chart-made secret's name. */}}
{{- define "tongban.databaseEnv" -}}
- name: TONGBAN_DATABASE_URL
  valueFrom:
    secretKeyRef:
      {{- if .root.Values.database.url }}
      name: {{ .made }}
      key: url
      {{- else }}
      name: {{ .root.Values.database.existingSecret }}
      key: {{ .root.Values.database.secretKey }}
      {{- end }}
{{- end -}}

{{- define "tongban.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "tongban.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "tongban.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
