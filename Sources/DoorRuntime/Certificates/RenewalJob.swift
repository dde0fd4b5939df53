package import DoorPorts
package import DoorRules

/// What is done with files in a renewal, as data.
enum RenewalJob: Sendable, Hashable {
  case make
  case store(String, for: OpenRequest, at: WallInstant)
  case adopt
  case drop

  func outcome(by renewal: any CertificateRenewal) -> RenewalOutcome {
    switch self {
    case .make: .made(Result { () throws(PortError) in try renewal.makeRequest() })
    case .store(let certificates, let request, let now):
      .stored(
        Result { () throws(PortError) in
          try renewal.store(certificates, for: request, at: now)
        })
    case .adopt: .adopted(Result { () throws(PortError) in try renewal.adopt() })
    case .drop: .dropped(Result { () throws(PortError) in try renewal.drop() })
    }
  }
}

/// What became of a ``RenewalJob``.
package enum RenewalOutcome: Sendable {
  case made(Result<OpenRequest, PortError>)
  case stored(Result<Void, PortError>)
  case adopted(Result<WallInstant, PortError>)
  case dropped(Result<Void, PortError>)
}
