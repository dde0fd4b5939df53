import Certificates
import CloudMQTT
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import Settings
import Synchronization

/// The controller's pairs for the broker: the one of the settings, and those that were renewed, in the
/// state folder. A renewed pair takes the place of the certificate that it was made for; whoever puts
/// another one in place of that by hand has the last word.
final class BrokerRenewal: CertificateRenewal {
  private let controller: ControllerID
  private let tls: DaemonSettings.TLS
  private let files: PairFiles
  private let chosen = Mutex(BrokerPair.present)

  init(controller: ControllerID, tls: DaemonSettings.TLS, stateFolder: String) {
    self.controller = controller
    self.tls = tls
    files = PairFiles(folder: "\(stateFolder)/broker-certificate")
  }

  // MARK: What the link takes

  func choose(_ pair: BrokerPair) { chosen.withLock { $0 = pair } }

  /// For one connection. Without a usable pair on trial it is the present one.
  func forConnection() -> TLSSettings {
    var taken = TLSSettings(
      caFile: tls.caFile, certificateFile: tls.certificateFile, keyFile: tls.keyFile,
      identity: tls.identity, alpn: tls.alpn)
    func take(_ name: PairFiles.Name, as pair: BrokerPair) {
      taken.certificateFile = files.path(name)
      taken.keyFile = files.path(name)
      taken.pair = pair
    }
    guard obstacle == nil else { return taken }
    if chosen.withLock({ $0 }) == .next, usable(.next) != nil {
      take(.next, as: .next)
    } else if usable(.current) != nil {
      take(.current, as: .present)
    }
    return taken
  }

  /// The file of the certificate that is used now.
  var presentFile: String? {
    obstacle == nil && usable(.current) != nil ? files.path(.current) : tls.certificateFile
  }

  /// The settings with the pair that is used now.
  func inForce(_ settings: DaemonSettings) -> DaemonSettings {
    guard obstacle == nil, usable(.current) != nil else { return settings }
    var settings = settings
    settings.cloud?.tls?.certificateFile = files.path(.current)
    settings.cloud?.tls?.keyFile = files.path(.current)
    return settings
  }

  /// A pair of the state folder, if it was made for the certificate that the settings name now.
  private func usable(_ name: PairFiles.Name) -> Secret<String>? {
    guard let text = files.read(name), CertificateEnd.earliest(ofPEM: text.reveal()) != nil,
      CertificateRequest.keyKind(inPEM: text) != nil
    else { return nil }
    guard let mark = settingsMark else { return text }
    return text.reveal().hasPrefix(mark) ? text : nil
  }

  /// The first line of a pair that takes the place of the settings' certificate; nil while that cannot
  /// be read.
  private var settingsMark: String? {
    tls.certificateFile.flatMap { CertificateFiles.digest(ofFile: $0) }.map {
      "In place of the certificate file with SHA-256 \($0)\n"
    }
  }

  // MARK: The renewal

  private var obstacle: String? {
    if tls.identity != nil {
      return
        "the key is in a token, which makes no new one here: have its certificate renewed, and "
        + "replace cloud.tls.certificateFile"
    }
    return tls.certificateFile == nil ? RenewalStanding.noCertificate : nil
  }

  func standing() -> RenewalStanding {
    guard obstacle == nil else { return RenewalStanding(obstacle: obstacle) }
    let text = presentFile.flatMap { CertificateFiles.text(ofFile: $0) }
    return RenewalStanding(
      life: text.flatMap { CertificateEnd.life(ofPEM: $0) }, request: kept.map(Self.open),
      isOnTrial: usable(.next) != nil)
  }

  private var kept: CertificateRequest? {
    files.read(.request).flatMap { try? CertificateRequest(controller: controller, kept: $0) }
  }

  private static func open(_ request: CertificateRequest) -> OpenRequest {
    OpenRequest(request: request.request, digest: request.digest)
  }

  func makeRequest() throws(PortError) -> OpenRequest {
    if let kept { return Self.open(kept) }
    let made: CertificateRequest
    do { made = try CertificateRequest(controller: controller, newKey: presentKind) } catch {
      throw PortError(.invalid, operation: "make a key", detail: "\(error)")
    }
    try files.write(made.kept, to: .request)
    return Self.open(made)
  }

  /// The broker takes a key of this kind.
  private var presentKind: CertificateRequest.KeyKind {
    let text =
      usable(.current)
      ?? tls.keyFile.flatMap {
        try? KeyFile.secretText(path: $0, bytesMax: PairFiles.bytesMax)
      }
    return text.flatMap { CertificateRequest.keyKind(inPEM: $0) } ?? .p256
  }

  func store(
    _ certificates: String, for request: OpenRequest, at now: WallInstant
  ) throws(PortError) {
    let operation = "check the new certificate"
    guard let kept, kept.digest == request.digest else {
      throw PortError(
        .damaged, operation: operation, detail: "its key is gone: \(files.path(.request))")
    }
    let authorities = tls.renewalCAFile ?? tls.caFile
    let trusted = try TextFile.read(
      authorities, bytesMax: PairFiles.bytesMax, lines: .doNotMatter)
    do throws(CertificateProblem) {
      _ = try kept.check(
        certificatesPEM: certificates, controller: controller, authoritiesPEM: trusted, at: now)
    } catch {
      throw PortError(.invalid, operation: operation, detail: "\(error)")
    }
    let pair = kept.file(certificatesPEM: certificates)
    try files.write(Secret((settingsMark ?? "") + pair.reveal()), to: .next)
    // After a power cut before this line the pair on trial counts.
    try files.remove(.request)
  }

  func adopt() throws(PortError) -> WallInstant {
    // It was moved already if only the answer was lost.
    if usable(.next) != nil { try files.adopt() }
    choose(.present)
    guard let text = usable(.current), let end = CertificateEnd.earliest(ofPEM: text.reveal())
    else {
      throw PortError(
        .damaged, operation: "use the new certificate",
        detail: "it is gone: \(files.path(.current))")
    }
    return end
  }

  func drop() throws(PortError) {
    choose(.present)
    try files.remove(.next)
  }
}

/// The certificates whose end is watched, at the places where they are now.
struct WatchedCertificates: CertificateSource {
  let caFile: String
  /// The controller's own; nil without one.
  let own: @Sendable () -> String?

  func read() -> [(name: String, life: Range<WallInstant>)] {
    var paths = ["broker.ca": caFile]
    paths["broker.client"] = own()
    return CertificateFiles(paths: paths).read()
  }
}
