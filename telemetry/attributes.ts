/**
 * The names of all span attributes. Those of messaging follow OpenTelemetry's semantic conventions. No attribute ever
 * holds what people or models say.
 */
export const attributes = {
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  messagingDeliveryCount: 'companions.delivery_count',
  errorCode: 'error.type',
} as const
