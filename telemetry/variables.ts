/** One of OpenTelemetry's own variables, as the README's table shows it. */
export interface TelemetryVariable {
  readonly name: string
  /** What goes before it, for traces alone. */
  readonly aliases: readonly string[]
  readonly meaning: string
}

const variable = (name: string, meaning: string): TelemetryVariable => ({ name, aliases: [], meaning })

/** A variable of the exporter, which has a form for traces alone as well. */
const ofExporter = (name: string, meaning: string): TelemetryVariable => ({
  name: `OTEL_EXPORTER_OTLP_${name}`,
  aliases: [`OTEL_EXPORTER_OTLP_TRACES_${name}`],
  meaning,
})

/** All that are honoured: those of `start.ts` and `sampler.ts`, and what exporter and resource read by themselves. */
export const telemetryVariables: readonly TelemetryVariable[] = [
  ofExporter(
    'ENDPOINT',
    'The collector; with it traces are sent. `/v1/traces` is added to the former, the latter is taken as it is.',
  ),
  variable(
    'OTEL_TRACES_EXPORTER',
    '`otlp` sends also without an address, to port 4318 of this machine; `none` does not send.',
  ),
  variable('OTEL_SDK_DISABLED', '`true`: nothing is traced.'),
  ofExporter('HEADERS', 'Sent along, for example `api-key=…`; several with commas between them.'),
  ofExporter('TIMEOUT', 'Longest wait for the collector, in milliseconds: 10,000.'),
  ofExporter('COMPRESSION', '`gzip` or `none`.'),
  ofExporter('CERTIFICATE', 'A file with the certificates that the collector’s is checked against.'),
  ofExporter('CLIENT_CERTIFICATE', 'A file with a certificate to show the collector.'),
  ofExporter('CLIENT_KEY', 'A file with the key of that.'),
  variable(
    'OTEL_TRACES_SAMPLER',
    '`always_on`, `always_off` or `traceidratio`, each also after `parentbased_`. Default: `parentbased_always_on`.',
  ),
  variable('OTEL_TRACES_SAMPLER_ARG', 'The share that `traceidratio` takes, from 0 to 1. Default: 1.'),
  variable(
    'OTEL_SERVICE_NAME',
    'What the process is called, instead of `companions-hub` and `companions-worker`.',
  ),
  variable(
    'OTEL_RESOURCE_ATTRIBUTES',
    'Further facts about the process, as `name=value` with commas between them.',
  ),
]
