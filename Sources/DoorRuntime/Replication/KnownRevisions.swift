/// The newest revisions that were ever in force here. They are kept beside the events, not in the
/// cache: a cache that is lost must not take an old configuration, or an old set of credentials, that
/// somebody plays again.
struct KnownRevisions: Sendable, Hashable {
  var config: UInt64 = 0
  var credentials: UInt64 = 0

  init() {}

  // MARK: On disk

  /// Both in decimal, twice, with spaces between: a damaged value would keep everybody out.
  var bytes: [UInt8] { Array("\(config) \(credentials) \(config) \(credentials)".utf8) }

  /// Nil for anything that ``bytes`` did not make.
  init?(bytes: [UInt8]) {
    let numbers = String(decoding: bytes, as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false).map { UInt64($0) }
    guard numbers.count == 4, numbers[..<2] == numbers[2...], let config = numbers[0],
      let credentials = numbers[1]
    else { return nil }
    self.config = config
    self.credentials = credentials
  }
}
