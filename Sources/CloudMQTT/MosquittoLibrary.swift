import CMosquitto
import Glibc

/// Global state and error texts of libmosquitto.
enum MosquittoLibrary {
  /// `mosquitto_lib_init` is not thread-safe; a static is initialised once, by one thread. There
  /// is no clean-up: links may come and go for as long as the process runs.
  static let initialised: Bool = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue

  /// An error code of the library in words. `errno` must be as the library left it.
  static func words(_ code: Int32, errno number: Int32) -> String {
    switch UInt32(bitPattern: code) {
    case UInt32(bitPattern: Int32(MOSQ_ERR_ERRNO.rawValue)):
      String(cString: strerror(number))
    case UInt32(bitPattern: Int32(MOSQ_ERR_EAI.rawValue)):
      "the name cannot be resolved: \(String(cString: gai_strerror(number)))"
    default:
      String(cString: mosquitto_strerror(code))
    }
  }

  /// A reason code of MQTT 5 in words. https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html
  static func words(reason code: Int32) -> String {
    "\(String(cString: mosquitto_reason_string(code))) (reason code \(code))"
  }

  /// Reason codes from here on are refusals, MQTT 5 section 2.4.
  static let refusalFrom: Int32 = 0x80
}
