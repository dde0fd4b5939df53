import CMosquitto

/// The connection behind the user data of a callback.
private func connection(_ pointer: UnsafeMutableRawPointer?) -> BrokerConnection? {
  // Not retained: the connection outlives its handle, and callbacks come only from within calls
  // with that handle.
  pointer.map { Unmanaged<BrokerConnection>.fromOpaque($0).takeUnretainedValue() }
}

/// C functions can capture nothing; each finds its connection through the user data.
func setCallbacks(of handle: OpaquePointer) {
  mosquitto_connect_v5_callback_set(handle) { _, data, reasonCode, _, properties in
    connection(data)?.accepted(reasonCode: reasonCode, ServerTerms(properties))
  }
  mosquitto_disconnect_v5_callback_set(handle) { _, data, code, _ in
    connection(data)?.disconnected(code: code)
  }
  mosquitto_subscribe_v5_callback_set(handle) { _, data, messageID, count, granted, _ in
    let codes = Array(UnsafeBufferPointer(start: granted, count: Int(count)))
    connection(data)?.subscribed(messageID: messageID, granted: codes)
  }
  mosquitto_publish_v5_callback_set(handle) { _, data, messageID, reasonCode, _ in
    connection(data)?.published(messageID: messageID, reasonCode: reasonCode)
  }
  mosquitto_message_v5_callback_set(handle) { _, data, message, _ in
    guard let message else { return }
    connection(data)?.received(message.pointee)
  }
  mosquitto_log_callback_set(handle) { _, data, level, text in
    guard let text, level & MOSQ_LOG_ERR != 0 else { return }
    connection(data)?.logged(error: String(cString: text))
  }
}
