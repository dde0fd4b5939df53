import CloudProtocol

/// The way to the broker, step by step; a step is nil when the one before it failed.
public struct NetworkFacts: Sendable, Hashable {
  /// What came of a step.
  public enum Step: Sendable, Hashable {
    case done(String)
    case failed(String)
  }

  /// Why TLS failed, as far as what to do differs.
  public enum TLSFault: Sendable, Hashable {
    /// The broker's certificate is signed by somebody else than the CA file says.
    case unknownAuthority(String)
    /// The broker's certificate is out of its time.
    case expired(String)
    /// The broker's certificate is for another name.
    case wrongName(String)
    case other(String)
  }

  public var host: String
  public var port: Int
  /// Interface and address; nil without any.
  public var address: String?
  public var route: Step?
  public var resolution: Step?
  public var connection: Step?
  /// Nil without TLS or without a connection.
  public var tls: Result?

  public enum Result: Sendable, Hashable {
    case done(String)
    case failed(TLSFault)
  }

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("network")
    if let address {
      writer.ok("address", address)
    } else {
      writer.warning(
        "address", "no interface but the loopback has an address",
        do: "look at the cable, the switch or the wireless network; `ip address` shows them")
    }
    switch route {
    case .done(let detail)?: writer.ok("route", detail)
    case .failed(let detail)?:
      writer.warning("route", detail, do: "give it a gateway, unless the broker is on this network")
    case nil: break
    }
    switch resolution {
    case .done(let detail)?: writer.ok("name", "\(host) is \(detail)")
    case .failed(let detail)?:
      writer.failure(
        "name", "\(host) cannot be resolved: \(detail)",
        do: "look at the name in cloud.host and at /etc/resolv.conf")
    case nil: break
    }
    switch connection {
    case .done(let detail)?: writer.ok("broker", "\(host):\(port) answers\(detail)")
    case .failed(let detail)?:
      writer.failure(
        "broker", "\(host):\(port) does not answer: \(detail)",
        do: "is the broker running, is the port right, does a firewall stand between?")
    case nil: break
    }
    checkTLS(&writer)
    return writer.checks
  }

  private func checkTLS(_ writer: inout CheckWriter) {
    switch tls {
    case .done(let detail)?: writer.ok("tls", detail)
    case .failed(.unknownAuthority(let detail))?:
      writer.failure(
        "authority",
        "the broker's certificate is not signed by the CA of cloud.tls.caFile: "
          + detail, do: "put the right CA certificate there")
    case .failed(.expired(let detail))?:
      writer.failure(
        "brokerCertificate", "the broker's certificate is out of its time: \(detail)",
        do: "renew it; and look at this controller's clock")
    case .failed(.wrongName(let detail))?:
      writer.failure(
        "brokerName", "the broker's certificate is for another name: \(detail)",
        do: "set cloud.host to the name in the certificate")
    case .failed(.other(let detail))?:
      writer.failure(
        "tls", "TLS with \(host):\(port) fails: \(detail)",
        do: "does the broker speak TLS on this port; does it want a client certificate?")
    case nil: break
    }
  }
}
