import CMosquitto

/// What the broker says in its CONNACK, MQTT 5 section 3.2.2.3.
struct ServerTerms {
  /// The largest packet that it takes, in bytes; nil when it states none.
  var packetBytesMax: Int?
  /// Whether it takes messages that are to be retained.
  var canRetain: Bool

  init(_ properties: OpaquePointer?) {
    var bytes: UInt32 = 0
    let stated = mosquitto_property_read_int32(
      properties, MQTT_PROP_MAXIMUM_PACKET_SIZE.identifier, &bytes, false)
    packetBytesMax = stated == nil ? nil : Int(bytes)
    var flag: UInt8 = 1
    _ = mosquitto_property_read_byte(
      properties, MQTT_PROP_RETAIN_AVAILABLE.identifier, &flag, false)
    canRetain = flag != 0
  }
}
