import DoorPorts

/// The link to a cloud whose keys cannot be read.
struct UnusableLink: CloudLink {
  let cause: String

  private var error: PortError {
    PortError(.unavailable, operation: "connect to the cloud", detail: cause)
  }

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) { throw error }

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    throw error
  }

  func reconnect() {}

  func stop() {}
}
