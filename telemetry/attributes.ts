/**
 * The names of all span attributes. They follow OpenTelemetry's semantic conventions. No attribute ever
 * holds what people or models say.
 */
export const attributes = {
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  model: 'gen_ai.request.model',
  errorCode: 'error.type',
} as const
