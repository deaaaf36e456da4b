/** Numbers that both ends of a wire must agree on. Where one is configurable, this is its default. */

/** Longest message a person may send, in UTF-16 code units. Configurable; the hub tells the browser in `welcome`. */
export const maxMessageLength = 32_000

/** Longest reply, in UTF-16 code units. Past it the reply ends with `finish_reason: length`. Configurable. */
export const maxReplyLength = 200_000

/**
 * Largest frame to the hub, in bytes: a text of 86,000 code units, at most 3 bytes of UTF-8 each, fits. Past it: close
 * 1009.
 */
export const maxFrameBytes = 256 * 1024

/** Largest frame before `welcome`, in bytes. Past it: close 1009. */
export const maxHelloBytes = 4 * 1024

/** A socket has this long to say hello, in milliseconds. Past it: `hello_timeout`. */
export const helloTimeoutMs = 10_000

/** Most frames a socket may send in a second. Further ones are refused with `rate_limited`. */
export const maxFramesPerSecond = 50

/** Most frames of a socket that wait to be handled, one after the other. Further ones: `rate_limited`. */
export const maxWaitingFrames = 64

/** Frames in a row that were refused. At the last the socket is closed with that one's code. */
export const maxRefusedFrames = 20

/** Deepest nesting of maps and arrays in a frame, and most elements in all. Past either: refused before decoding. */
export const maxFrameDepth = 16
export const maxFrameElements = 1_000

/** Same two limits for messages between our own processes (a history may hold many messages). */
export const maxBusDepth = 16
export const maxBusElements = 200_000

/** Largest body on the bus, in bytes, below the server's default `max_payload` of 1 MiB with room for headers. */
export const maxBusBytes = 900 * 1024

/** Most bytes that may wait for a slow reader before it is closed with `slow_consumer`. */
export const maxBufferedBytes = 1024 * 1024

/** How often the hub and the browser expect to hear from each other, in milliseconds. Two misses end the socket. */
export const heartbeatMs = 25_000

/** Most requests of one person that may be waiting, ready or published at once. Past it: `queue_full`. */
export const maxOpenRequestsPerUser = 32

/** Longest title and system prompt, in UTF-16 code units, and model name, in code points (as JSON Schema counts). */
export const maxTitleLength = 120
export const maxSystemPromptLength = 16_000
export const maxModelNameLength = 200

/** Text joined into one entry waits at most this long (milliseconds) or grows at most this large (bytes). */
export const entryJoinMs = 400
export const entryJoinBytes = 4 * 1024

/** Thoughts, which go into the log alone, wait less. */
export const thoughtJoinMs = 100

/** Text goes ahead of the log at once, in pieces that wait at most this long, in milliseconds. */
export const aheadJoinMs = 16

/** A writer's lease on a reply's log: over when its last entry is this old, in milliseconds. */
export const writerLeaseMs = 5_000

/** While the model is silent the writer says so this often, in milliseconds. */
export const beatMs = 1_500

/** A publication without an answer is sent again after this long, in milliseconds. */
export const publishRetryMs = 400

/** Starts in a row without new text before a reply ends in an error. */
export const maxBarrenStarts = 5

/** How much the attempt floor rises when a request is published again, so that no earlier attempt can win. */
export const attemptFloorStep = 100

/** Sound on its way to the hub: so many samples a second, each of 2 bytes. */
export const voiceSampleRateHz = 16_000

/** Longest utterance, in bytes of sound: 25 seconds. */
export const maxUtteranceBytes = 800_000

/** Largest piece of sound in one frame, in bytes. */
export const maxAudioFrameBytes = 16 * 1024

/** Longest piece of text that is said at once, in UTF-16 code units, and largest sound of one, in bytes. */
export const maxSpokenLength = 400
export const maxSpeechBytes = 800 * 1024

/** Questions of one call that wait for an answer at once. Past it: `queue_full`. */
export const maxCallQuestions = 8

/** A call that no hub has renewed for this long is over, in milliseconds; a hub renews it three times as often. */
export const callLeaseMs = 45_000

/** A question to the speech workers is asked again after so many milliseconds without an answer, in case one died. */
export const speechRetryMs = 3_000

/** Longest wait for the speech workers' answer, in milliseconds. Past it: `bus_unavailable`. */
export const speechTimeoutMs = 60_000
