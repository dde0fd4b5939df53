import CMosquitto
import DoorPorts
import Glibc

/// The properties of MQTT 5 of one message or last will; freed with this value.
///
/// https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html, sections 3.1.3.2 and 3.3.2.3.
struct MessageProperties: ~Copyable {
  /// For the library; nil when there are none, or once something else owns them.
  var list: OpaquePointer?

  init(
    contentType: String?, expirySeconds: UInt32? = nil, correlation: String? = nil,
    willDelaySeconds: UInt32? = nil
  ) throws(PortError) {
    if let willDelaySeconds {
      try check(
        mosquitto_property_add_int32(
          &list, MQTT_PROP_WILL_DELAY_INTERVAL.identifier, willDelaySeconds))
    }
    if let contentType {
      try check(
        mosquitto_property_add_string(&list, MQTT_PROP_CONTENT_TYPE.identifier, contentType))
    }
    if let expirySeconds {
      try check(
        mosquitto_property_add_int32(
          &list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.identifier, expirySeconds))
    }
    if let correlation {
      try check(
        mosquitto_property_add_binary(
          &list, MQTT_PROP_CORRELATION_DATA.identifier, correlation,
          UInt16(correlation.utf8.count)))
    }
  }

  deinit {
    var list = list
    mosquitto_property_free_all(&list)
  }

  private func check(_ code: Int32) throws(PortError) {
    guard code != MOSQ_ERR_SUCCESS.code else { return }
    throw PortError(
      .unavailable, operation: "set the properties of a message",
      detail: MosquittoLibrary.words(code, errno: errno))
  }
}
