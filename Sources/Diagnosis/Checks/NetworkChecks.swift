import CloudProtocol

/// The way to the broker, step by step; a step is nil when the one before it failed.
public struct NetworkFacts: Sendable, Hashable {
  /// The result of a step.
  public enum Step: Sendable, Hashable {
    case done(String)
    case failed(String)
  }

  /// Why TLS failed, by what to do about it.
  public enum TLSFault: Sendable, Hashable {
    /// No authority of the CA file signed the broker's certificate.
    case unknownAuthority(String)
    /// The broker's certificate has expired or is not valid yet.
    case expired(String)
    /// The broker's certificate is for another name.
    case wrongName(String)
    case other(String)
  }

  public var host: String
  public var port: Int
  /// Interface and address; nil without any.
  public var address: String?
  /// The default route, the address of the broker's name, the TCP connection.
  public var route: Step?
  public var resolution: Step?
  public var connection: Step?
  /// Nil without TLS or without a connection.
  public var tls: Result?

  /// The result of the TLS handshake.
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
      writer.warning("route", detail, do: "set a gateway, unless the broker is on this network")
    case nil: break
    }
    switch resolution {
    case .done(let detail)?: writer.ok("name", "\(host) is \(detail)")
    case .failed(let detail)?:
      writer.failure(
        "name", "\(host) cannot be resolved: \(detail)",
        do: "check the name in cloud.host, and /etc/resolv.conf")
    case nil: break
    }
    switch connection {
    case .done(let detail)?: writer.ok("broker", "\(host):\(port) answers\(detail)")
    case .failed(let detail)?:
      writer.failure(
        "broker", "\(host):\(port) does not answer: \(detail)",
        do: "is the broker running, is the port right, does a firewall block it?")
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
        "brokerCertificate", "the broker's certificate has expired or is not valid yet: \(detail)",
        do: "renew it, and check this controller's clock")
    case .failed(.wrongName(let detail))?:
      writer.failure(
        "brokerName", "the broker's certificate is for another name: \(detail)",
        do: "set cloud.host to the name in the certificate")
    case .failed(.other(let detail))?:
      writer.failure(
        "tls", "TLS with \(host):\(port) fails: \(detail)",
        do: "does the broker speak TLS on this port; does it require a client certificate?")
    case nil: break
    }
  }
}
