/// Bounds of one link.
public enum MQTTLimits {
  /// Longest payload in either direction, in bytes.
  public static let payloadBytesMax = 1024 * 1024
  /// Longest packet that the broker may send, in bytes: a payload with the longest topic and
  /// room for properties.
  static let packetBytesMax = payloadBytesMax + 2 * 65_536
  /// Most messages that were published and not acknowledged by the broker.
  public static let unacknowledgedMax = 1_024
  /// Most bytes of payload in these messages.
  public static let unacknowledgedBytesMax = 8 * 1024 * 1024
  /// Most messages on the wire at once, in each direction; the broker may ask for fewer.
  static let inFlightMax: Int32 = 20
  /// Most messages of a kept session that wait until the connection is ready; then they go on before it is.
  static let earlyMessagesMax = 256
  /// Most bytes of payload in these messages; the one that reaches it lets them go on.
  static let earlyBytesMax = 4 * 1024 * 1024
  public static let subscriptionsMax = 64
  /// ``Will/delaySeconds`` unless set.
  public static let willDelaySeconds: UInt32 = 10
  /// From the first packet to the last acknowledged subscription.
  static let connectMilliseconds = 10_000
  /// Wait before the second attempt to connect; it doubles from there.
  static let reconnectMillisecondsFirst = 250
  /// After a connection that lasted this long the next wait is short again. Without this, two links
  /// with one client id would disconnect each other as fast as they can.
  static let stableMilliseconds = 5_000
  /// How long `stop()` sends queued messages before it disconnects.
  static let drainMilliseconds = 1_000
  /// How long `stop()` waits for the thread, which a name server can hold up.
  static let joinMilliseconds: Int32 = 3_000
  /// Longest sleep of the thread; keep-alive is checked this often.
  static let pollMilliseconds: Int32 = 1_000
}
