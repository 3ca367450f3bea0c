{{/* ---- Names and labels ---- */}}

{{/* 44 characters at most: "-sampler" and a controller's hash must fit into a label of 63. */}}
{{- define "ringtail.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 44 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 44 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 44 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ringtail.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Arguments: root, tier (router or sampler). */}}
{{- define "ringtail.tierSelector" -}}
{{ include "ringtail.selectorLabels" .root }}
app.kubernetes.io/component: {{ .tier }}
{{- end -}}

{{/* Pods of `helm test`. */}}
{{- define "ringtail.testSelector" -}}
{{ include "ringtail.selectorLabels" . }}
app.kubernetes.io/component: test
{{- end -}}

{{/* What every node has, and nothing else of this release. */}}
{{- define "ringtail.memberSelector" -}}
{{ include "ringtail.selectorLabels" . }}
ringtail/member: "true"
{{- end -}}

{{- define "ringtail.labels" -}}
{{ include "ringtail.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Metadata of an object. Arguments: root, name; tier, labels and annotations if any. */}}
{{- define "ringtail.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "ringtail.labels" .root | nindent 2 }}
  {{- with .tier }}
  app.kubernetes.io/component: {{ . }}
  {{- end }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "ringtail.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "ringtail.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "ringtail.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* ---- Durations and amounts ---- */}}

{{/* Milliseconds of a duration as the product reads it, rounded up. Arguments: key, value. */}}
{{- define "ringtail.millis" -}}
{{- $text := toString .value | trim -}}
{{- if eq $text "0" -}}
0
{{- else -}}
{{- if not (regexMatch "^([0-9]+([.][0-9]+)?(ns|us|µs|ms|s|m|h))+$" $text) -}}
{{- fail (printf "%s: %q (expected a duration with a unit: 500ms, 30s, 2m)" .key $text) -}}
{{- end -}}
{{- $units := dict "ns" 0.000001 "us" 0.001 "µs" 0.001 "ms" 1.0 "s" 1000.0 "m" 60000.0 "h" 3600000.0 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9]+([.][0-9]+)?(ns|us|µs|ms|s|m|h)" $text -1 -}}
{{- $unit := regexFind "[a-zµ]+$" . -}}
{{- $sum = addf $sum (mulf (trimSuffix $unit . | float64) (get $units $unit)) -}}
{{- end -}}
{{- ceil $sum | int64 -}}
{{- end -}}
{{- end -}}

{{/* A number of milliseconds as a duration. */}}
{{- define "ringtail.duration" -}}
{{- if mod . 1000 -}}{{ . }}ms{{- else -}}{{ div . 1000 }}s{{- end -}}
{{- end -}}

{{/* Bytes of a Kubernetes quantity. Arguments: key, value. */}}
{{- define "ringtail.bytes" -}}
{{- $text := toString .value -}}
{{- if not (regexMatch "^[0-9]+([.][0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$" $text) -}}
{{- fail (printf "%s: %q (expected a quantity: 512Mi, 10Gi)" .key $text) -}}
{{- end -}}
{{- $units := dict "" 1.0 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "k" 1000.0 "M" 1000000.0 "G" 1000000000.0 "T" 1000000000000.0 -}}
{{- $unit := regexFind "[KMGTki]*$" $text -}}
{{- mulf (trimSuffix $unit $text | float64) (get $units $unit) | floor | int64 -}}
{{- end -}}

{{/* Processors of a CPU quantity, in thousandths. Arguments: key, value. */}}
{{- define "ringtail.millicpu" -}}
{{- $text := toString .value -}}
{{- if not (regexMatch "^[0-9]+([.][0-9]+)?m?$" $text) -}}
{{- fail (printf "%s: %q (expected processors: 500m, 2, 1.5)" .key $text) -}}
{{- end -}}
{{- if hasSuffix "m" $text -}}
{{- trimSuffix "m" $text | float64 | ceil | int64 -}}
{{- else -}}
{{- mulf (float64 $text) 1000.0 | ceil | int64 -}}
{{- end -}}
{{- end -}}

{{/*
---- How long a stop takes ----

  router: SIGTERM, drain.delay (senders are still led to it), then drain.grace: requests are
  answered (forward.timeout at most), and what they brought is decided (decision_wait) and exported
  (linger, export timeout; 5 s for the word of it to come back).
  sampler: SIGTERM, then stop-grace: it is named as draining and hands over what it holds (10 s);
  what nobody takes is decided when it is due and exported. The last one waits for what is due for
  half of the time, and exports in the other.
  Both: 10 s to close, then the kubelet kills. Seconds, rounded up; a JSON object.
*/}}
{{- define "ringtail.times" -}}
{{- $tail := .Values.tail_sampling -}}
{{- $router := .Values.router.config -}}
{{- $sampler := .Values.sampler.config -}}
{{- $export := $sampler.export | default dict -}}
{{- $otlp := $export.otlp | default dict -}}
{{- $forward := $router.forward | default dict -}}
{{- $drain := $router.drain | default dict -}}
{{- $wait := include "ringtail.millis" (dict "key" "tail_sampling.decision_wait" "value" ($tail.decision_wait | default "30s")) | int64 -}}
{{- $timeout := include "ringtail.millis" (dict "key" "sampler.config.export.otlp.timeout" "value" ($otlp.timeout | default "10s")) | int64 -}}
{{- $linger := include "ringtail.millis" (dict "key" "sampler.config.export.linger" "value" ($export.linger | default "200ms")) | int64 -}}
{{- $forwarding := include "ringtail.millis" (dict "key" "router.config.forward.timeout" "value" ($forward.timeout | default "8s")) | int64 -}}
{{- $lag := include "ringtail.millis" (dict "key" "router.endpointLag" "value" .Values.router.endpointLag) | int64 -}}
{{- $closing := 10 -}}

{{- $exporting := add $timeout $linger -}}
{{- $settling := divf (add $forwarding $wait $exporting 5000) 1000.0 | ceil | int64 -}}
{{- $grace := $settling -}}
{{- if gt $settling 3600 -}}
{{- fail (printf "tail_sampling.decision_wait: %q (expected shorter: routers would have to wait %ds when they stop, at most 3600s)" (toString $tail.decision_wait) $settling) -}}
{{- end -}}
{{- if hasKey $drain "grace" -}}
{{- $grace = divf (include "ringtail.millis" (dict "key" "router.config.drain.grace" "value" $drain.grace) | int64) 1000.0 | ceil | int64 -}}
{{- if lt $grace $settling -}}
{{- fail (printf "router.config.drain.grace: %q (expected at least %ds: forward.timeout %dms + decision_wait %dms + export timeout and linger %dms + 5s; a router that stops sooner leaves spans that no log covers)" $drain.grace $settling $forwarding $wait $exporting) -}}
{{- end -}}
{{- end -}}
{{- $routerStop := add (divf $lag 1000.0 | ceil | int64) $grace $closing -}}

{{- $alone := max (add $wait $exporting) (mul 2 $exporting) -}}
{{- $handing := divf (add $alone 10000) 1000.0 | ceil | int64 -}}
{{- $stop := $handing -}}
{{- if hasKey $sampler "stop-grace" -}}
{{- $given := get $sampler "stop-grace" -}}
{{- $stop = divf (include "ringtail.millis" (dict "key" "sampler.config.stop-grace" "value" $given) | int64) 1000.0 | ceil | int64 -}}
{{- if lt $stop $handing -}}
{{- fail (printf "sampler.config.stop-grace: %q (expected at least %ds: 10s to hand over + decision_wait %dms + export timeout and linger %dms)" $given $handing $wait $exporting) -}}
{{- end -}}
{{- end -}}
{{- $samplerStop := add $stop $closing -}}

{{- $routerPod := include "ringtail.podGrace" (dict "tier" "router" "given" .Values.router.terminationGracePeriodSeconds "least" $routerStop) | int64 -}}
{{- $samplerPod := include "ringtail.podGrace" (dict "tier" "sampler" "given" .Values.sampler.terminationGracePeriodSeconds "least" $samplerStop) | int64 -}}
{{- dict "drainDelay" (include "ringtail.duration" $lag) "drainGrace" (printf "%ds" $grace) "cover" (include "ringtail.duration" (add $wait $exporting 5000)) "routerPod" $routerPod "stopGrace" (printf "%ds" $stop) "samplerPod" $samplerPod "decisionWaitMillis" $wait "probeWaitMillis" (add $wait $exporting 35000) "forwardMillis" $forwarding | toJson -}}
{{- end -}}

{{/* Arguments: tier, given (0: none), least. */}}
{{- define "ringtail.podGrace" -}}
{{- $given := int64 .given -}}
{{- if and (gt $given 0) (lt $given (int64 .least)) -}}
{{- fail (printf "%s.terminationGracePeriodSeconds: %d (expected at least %d, or 0 for that; see Stopping in the chart's README)" .tier $given .least) -}}
{{- end -}}
{{- max $given .least -}}
{{- end -}}

{{/* ---- Config files ---- */}}

{{- define "ringtail.commonConfig" -}}
{{- $name := include "ringtail.fullname" . -}}
node:
  id: ${env:POD_NAME}
  zone: ${env:POD_ZONE:-}
cluster:
  name: {{ $name }}
  bind: ${env:POD_IP}:7800
  discovery: dns
  dns: {{ $name }}-members
  min-samplers: {{ .Values.cluster.minSamplers }}
ops:
  http: 0.0.0.0:9464
{{- if .Values.admin.expose }}
admin:
  listen: 0.0.0.0:4320
{{- end }}
{{- end -}}

{{- define "ringtail.routerConfig" -}}
{{- $times := include "ringtail.times" . | fromJson -}}
{{- $set := dict
  "receive" (dict "grpc" "0.0.0.0:4317" "http" "0.0.0.0:4318")
  "drain" (dict "delay" $times.drainDelay "grace" $times.drainGrace) -}}
{{- $default := dict "retention" (dict "cover" $times.cover) -}}
{{- $router := mergeOverwrite $default (deepCopy .Values.router.config) $set -}}
{{- toYaml (merge (dict "router" $router) (include "ringtail.commonConfig" . | fromYaml)) -}}
{{- end -}}

{{- define "ringtail.samplerConfig" -}}
{{- $times := include "ringtail.times" . | fromJson -}}
{{- $export := .Values.sampler.config.export | default dict -}}
{{- $otlp := $export.otlp | default dict -}}
{{- if not (or $otlp.endpoint $otlp.endpoints $export.file .Values.sampler.export.discard) -}}
{{- fail "sampler.config.export.otlp.endpoint: missing (expected the URL of the backend, such as http://collector:4317; or sampler.export.discard: true to keep nothing)" -}}
{{- end -}}
{{- $set := dict
  "link" (dict "listen" "0.0.0.0:4319" "advertise" "${env:POD_IP}:4319")
  "stop-grace" $times.stopGrace -}}
{{- if .Values.sampler.disk.enabled -}}
{{- $bytes := include "ringtail.bytes" (dict "key" "sampler.disk.size" "value" .Values.sampler.disk.size) | int64 -}}
{{- $most := div (mul $bytes 9) 10 -}}
{{- $_ := set $set "export" (dict "disk" (dict "directory" "/var/lib/ringtail/queue" "max-bytes" $most)) -}}
{{- end -}}
{{- $files := dict -}}
{{- range $i, $header := .Values.sampler.export.headersFrom -}}
{{- $_ := set $files $header.name (printf "%s/run/ringtail/headers/%d" ($header.before | default "") $i) -}}
{{- end -}}
{{- if $files -}}
{{- $set = mergeOverwrite $set (dict "export" (dict "otlp" (dict "headers-files" $files))) -}}
{{- end -}}
{{- $sampler := mergeOverwrite (deepCopy .Values.sampler.config) $set -}}
{{- toYaml (merge (dict "sampler" $sampler "tail_sampling" .Values.tail_sampling) (include "ringtail.commonConfig" . | fromYaml)) -}}
{{- end -}}

{{/* ---- Parts of pods ---- */}}

{{/* Processors for the JVM; empty if it should ask the control group. Arguments: tier, name. */}}
{{- define "ringtail.processors" -}}
{{- $requests := .tier.resources.requests | default dict -}}
{{- $limits := .tier.resources.limits | default dict -}}
{{- if .tier.processors -}}
{{- int .tier.processors -}}
{{- else if and (not $limits.cpu) $requests.cpu -}}
{{- $milli := include "ringtail.millicpu" (dict "key" (printf "%s.resources.requests.cpu" .name) "value" $requests.cpu) | int64 -}}
{{- max 2 (div (add $milli 999) 1000) -}}
{{- end -}}
{{- end -}}

{{/* Arguments: root, tier (its values), name. */}}
{{- define "ringtail.env" -}}
{{- $processors := include "ringtail.processors" (dict "tier" .tier "name" .name) -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- with .root.Values.zone.label }}
- name: POD_ZONE
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['{{ . }}']
{{- end }}
- name: RINGTAIL_LOG_LEVEL
  value: {{ .root.Values.log.level }}
- name: JDK_JAVA_OPTIONS
  value: {{ list (ternary (printf "-XX:ActiveProcessorCount=%s" $processors) "" (ne $processors "")) "-Dsun.net.inetaddr.ttl=5 -Dsun.net.inetaddr.negative.ttl=1" .tier.javaOptions | compact | join " " | quote }}
{{- with .tier.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Three probes over plain HTTP. */}}
{{- define "ringtail.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: ops
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ max 1 (div (add .Values.probes.startupSeconds 1) 2) }}
readinessProbe:
  httpGet:
    path: /readyz
    port: ops
  {{- toYaml .Values.probes.readiness | nindent 2 }}
livenessProbe:
  httpGet:
    path: /livez
    port: ops
  {{- toYaml .Values.probes.liveness | nindent 2 }}
{{- end -}}

{{/* Away from machines of the other tier, beside what the tier's own values say. Arguments: root, tier, other. */}}
{{- define "ringtail.affinity" -}}
{{- $own := deepCopy (get .root.Values .tier).affinity -}}
{{- $term := dict
  "topologyKey" "kubernetes.io/hostname"
  "labelSelector" (dict "matchLabels" (include "ringtail.tierSelector" (dict "root" .root "tier" .other) | fromYaml)) -}}
{{- $anti := $own.podAntiAffinity | default dict -}}
{{- $apart := .root.Values.placement.tiersApart -}}
{{- if eq $apart "required" -}}
{{- $key := "requiredDuringSchedulingIgnoredDuringExecution" -}}
{{- $anti = set $anti $key (append (get $anti $key | default list) $term) -}}
{{- else if eq $apart "preferred" -}}
{{- $key := "preferredDuringSchedulingIgnoredDuringExecution" -}}
{{- $anti = set $anti $key (append (get $anti $key | default list) (dict "weight" 100 "podAffinityTerm" $term)) -}}
{{- end -}}
{{- if $anti -}}
{{- $own = set $own "podAntiAffinity" $anti -}}
{{- end -}}
{{- if $own -}}
{{- toYaml $own -}}
{{- end -}}
{{- end -}}

{{/* Arguments: root, tier, revision (label that tells the pods of one rollout from those of another, or none). */}}
{{- define "ringtail.topologySpread" -}}
{{- $selector := include "ringtail.tierSelector" (dict "root" .root "tier" .tier) | fromYaml -}}
{{- $out := list -}}
{{- $set := dict "labelSelector" (dict "matchLabels" $selector) -}}
{{- with .revision -}}
{{- $set = set $set "matchLabelKeys" (list .) -}}
{{- end -}}
{{- range (get .root.Values .tier).topologySpread -}}
{{- $out = append $out (merge (deepCopy .) $set) -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/*
The pod template of a tier, for what both have alike. Arguments: root, name (router or sampler),
other (the other tier), config (text), grace (seconds), ports; if any: data (whether /var/lib/ringtail is
mounted), volume (for it, if it is no claim), headers (from Secrets), revision.
*/}}
{{- define "ringtail.podTemplate" -}}
{{- $tier := get .root.Values .name -}}
{{- $fullname := include "ringtail.fullname" .root -}}
metadata:
  labels:
    {{- include "ringtail.tierSelector" (dict "root" .root "tier" .name) | nindent 4 }}
    ringtail/member: "true"
    app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
    {{- with merge (dict) $tier.podLabels .root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- $annotations := dict
      "checksum/config" (sha256sum .config)
      "kubectl.kubernetes.io/default-container" .name
      "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes" "tmp" }}
    {{- toYaml (merge (dict) $tier.podAnnotations $annotations) | nindent 4 }}
spec:
  {{- with $tier.podSpec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  serviceAccountName: {{ include "ringtail.serviceAccountName" .root }}
  automountServiceAccountToken: {{ .root.Values.serviceAccount.automount }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .grace }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $tier.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .root.Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "ringtail.affinity" (dict "root" .root "tier" .name "other" .other) }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if $tier.topologySpread }}
  topologySpreadConstraints:
    {{- include "ringtail.topologySpread" (dict "root" .root "tier" .name "revision" .revision) | nindent 4 }}
  {{- end }}
  {{- with $tier.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $tier.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $tier.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "ringtail.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [{{ .name }}, --config, /etc/ringtail/ringtail.yaml]
      env:
        {{- include "ringtail.env" (dict "root" .root "tier" $tier "name" .name) | nindent 8 }}
      {{- with $tier.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- toYaml .ports | nindent 8 }}
      {{- include "ringtail.probes" .root | nindent 6 }}
      resources:
        {{- toYaml $tier.resources | nindent 8 }}
      {{- with .root.Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/ringtail
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- if .data }}
        - name: data
          mountPath: /var/lib/ringtail
        {{- end }}
        {{- if .headers }}
        - name: headers
          mountPath: /run/ringtail/headers
          readOnly: true
        {{- end }}
        {{- with $tier.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $tier.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ $fullname }}-{{ .name }}
    - name: tmp
      emptyDir: {}
    {{- with .volume }}
    - name: data
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .headers }}
    - name: headers
      projected:
        sources:
          {{- range $i, $header := . }}
          - secret:
              name: {{ $header.secret }}
              items:
                - key: {{ $header.key }}
                  path: {{ $i | quote }}
          {{- end }}
    {{- end }}
    {{- with $tier.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* ---- Pods of `helm test` ---- */}}

{{/* Arguments: root, name, test. */}}
{{- define "ringtail.testMetadata" -}}
{{- $test := .root.Values.test -}}
{{- $hook := dict "helm.sh/hook" "test" "helm.sh/hook-delete-policy" "before-hook-creation" -}}
{{- $labels := merge (dict "ringtail/test" .test) $test.podLabels -}}
{{- include "ringtail.metadata" (dict "root" .root "name" .name "tier" "test" "labels" $labels "annotations" (merge $hook $test.podAnnotations)) -}}
{{- end -}}

{{/* Arguments: root, seconds (after which it has failed), args, ports (may be none). */}}
{{- define "ringtail.testPod" -}}
restartPolicy: Never
activeDeadlineSeconds: {{ .seconds }}
serviceAccountName: {{ include "ringtail.serviceAccountName" .root }}
automountServiceAccountToken: false
{{- with .root.Values.test.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.test.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: ringtail
    image: {{ include "ringtail.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- toYaml .args | nindent 6 }}
    {{- with .ports }}
    ports:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    resources:
      requests:
        cpu: 100m
        memory: {{ .root.Values.test.memory }}
      limits:
        memory: {{ .root.Values.test.memory }}
    {{- with .root.Values.securityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
volumes:
  - name: tmp
    emptyDir: {}
{{- end -}}

{{/* Ports that both tiers have. */}}
{{- define "ringtail.memberPorts" -}}
- name: ops
  containerPort: 9464
  protocol: TCP
- name: cluster
  containerPort: 7800
  protocol: TCP
- name: cluster-fd
  containerPort: 7900
  protocol: TCP
{{- if .Values.admin.expose }}
- name: admin
  containerPort: 4320
  protocol: TCP
{{- end }}
{{- end -}}
