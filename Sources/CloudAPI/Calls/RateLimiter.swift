import Synchronization

/// How many requests each token may send: so many at once, and so many a second from then on.
final class RateLimiter: Sendable {
  static let burstMax = 200.0
  static let perSecond = 50.0
  /// Tokens that are remembered; the one that asked longest ago is forgotten.
  static let tokensMax = 4_096

  private struct Bucket {
    var left: Double
    var at: Int64
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  /// Nil when the request may go on, else after how many seconds it may.
  func take(_ token: String, at now: Int64) -> Int? {
    buckets.withLock { buckets in
      var bucket = buckets[token] ?? Bucket(left: Self.burstMax, at: now)
      let passed = Double(max(now - bucket.at, 0)) / 1_000
      bucket = Bucket(left: min(bucket.left + passed * Self.perSecond, Self.burstMax), at: now)
      let isFree = bucket.left >= 1
      if isFree { bucket.left -= 1 }
      if buckets[token] == nil, buckets.count >= Self.tokensMax,
        let oldest = buckets.min(by: { $0.value.at < $1.value.at })?.key
      {
        buckets[oldest] = nil
      }
      buckets[token] = bucket
      return isFree ? nil : max(Int(((1 - bucket.left) / Self.perSecond).rounded(.up)), 1)
    }
  }
}
