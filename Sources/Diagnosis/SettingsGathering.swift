public import DoorPorts
public import DoorRules
public import Settings

/// Facts that need only the settings, with or without the daemon.
public enum SettingsGathering {
  /// The certificate files of the settings, with their dates.
  public static func certificates(
    _ settings: DaemonSettings, at now: WallInstant
  ) -> [CertificateFacts] {
    guard let tls = settings.cloud?.tls else { return [] }
    let files = [
      ("cloud.tls.caFile", tls.caFile), ("cloud.tls.certificateFile", tls.certificateFile),
    ]
    return files.compactMap { setting, path in
      path.map { CertificateProbe.facts(setting: setting, path: $0, at: now) }
    }
  }

  /// The connection to the broker, step by step; nil without a cloud. Takes up to ten seconds.
  public static func network(
    _ settings: DaemonSettings, address: String?, at now: WallInstant
  ) async -> NetworkFacts? {
    guard let cloud = settings.cloud else { return nil }
    // Behind a proxy nothing else can be reached from here.
    if let proxy = cloud.socks {
      return await NetworkProbe(host: proxy.host, port: proxy.port, tls: nil)
        .facts(address: address, at: now)
    }
    let probe = NetworkProbe(
      host: cloud.host, port: cloud.port,
      tls: cloud.tls.map {
        .init(caFile: $0.caFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile)
      })
    return await probe.facts(address: address, at: now)
  }

  /// A line's error, as the checks name it.
  public static func fault(_ error: PortError) -> LineFacts.Fault {
    switch error.code {
    case .unavailable where error.detail.hasPrefix("no such chip"): .chipMissing
    case .invalid: .lineMissing
    case .ambiguous: .ambiguous(error.detail)
    case .busy:
      .busy(
        by: String(
          error.detail.trimmingPrefix("held by ").prefix { $0 != ";" }))
    case .unavailable, .inputOutput, .full, .damaged: .other(error.detail)
    }
  }

  /// A database's error, as the checks name it.
  public static func fault(_ error: PortError) -> StorageFacts.Fault {
    switch error.code {
    case .full: .full(error.detail)
    case .damaged: .damaged(error.detail)
    case .unavailable, .busy, .inputOutput, .invalid, .ambiguous: .other("\(error)")
    }
  }
}
