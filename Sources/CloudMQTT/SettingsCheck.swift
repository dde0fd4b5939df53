import CMosquitto
import DoorPorts

extension MQTTSettings {
  /// Throws `invalid` for settings that can never work.
  func check() throws(PortError) {
    func require(_ condition: Bool, _ detail: String) throws(PortError) {
      guard condition else {
        throw PortError(.invalid, operation: "start the link", detail: detail)
      }
    }
    try require(!host.isEmpty, "the broker's host is empty")
    try require((1...65_535).contains(port), "port \(port) is outside 1 to 65535")
    try require(!clientID.isEmpty && clientID.utf8.count <= 256, "the client id has 1 to 256 bytes")
    try require(
      (5...65_535).contains(keepAliveSeconds),
      "a keep-alive of \(keepAliveSeconds) s is outside 5 to 65535 s")
    try require(
      subscriptions.count <= MQTTLimits.subscriptionsMax,
      "\(subscriptions.count) subscriptions, at most \(MQTTLimits.subscriptionsMax)")
    for filter in subscriptions {
      try require(
        mosquitto_sub_topic_check(topicPrefix + filter) == MOSQ_ERR_SUCCESS.code,
        "\(filter) is not a topic filter")
    }
    if let will = try will?("check") {
      try require(
        mosquitto_pub_topic_check(topicPrefix + will.topic) == MOSQ_ERR_SUCCESS.code,
        "the last will's topic \(will.topic) is not a topic")
      try require(
        will.payload.count <= 65_535, "the last will has \(will.payload.count) bytes, at most 65535"
      )
    }
    if let tls {
      try require(
        (tls.certificateFile == nil) == (tls.keyFile == nil && tls.identity == nil),
        "a client certificate and its key belong together")
      try require(
        tls.keyFile == nil || tls.identity == nil, "a key is in a file or in a token, not in both")
    }
    if let proxy {
      try require(
        !proxy.host.isEmpty && (1...65_535).contains(proxy.port),
        "the proxy needs a host, and a port of 1 to 65535")
      try require(
        proxy.readPassword == nil || proxy.username != nil,
        "the proxy's password needs a user name")
    }
    try require(
      password == nil && readPassword == nil || username != nil, "a password needs a user name")
  }
}
