/// Exponential backoff with full jitter: the wait is anywhere between nothing and a ceiling that
/// doubles, so that doors which lost a broker together do not come back together.
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
struct Backoff {
  let firstMilliseconds: Int
  let capMilliseconds: Int
  private(set) var failures = 0

  init(firstMilliseconds: Int, capMilliseconds: Int) {
    self.firstMilliseconds = firstMilliseconds
    self.capMilliseconds = max(capMilliseconds, 1)
  }

  /// The longest that the next wait can be.
  var ceilingMilliseconds: Int {
    var ceiling = min(firstMilliseconds, capMilliseconds)
    for _ in 0..<min(failures, 32) where ceiling < capMilliseconds {
      ceiling = min(ceiling * 2, capMilliseconds)
    }
    return ceiling
  }

  /// The wait after one more failure, in milliseconds.
  mutating func next(using random: inout some RandomNumberGenerator) -> Int {
    let wait = Int.random(in: 0...ceilingMilliseconds, using: &random)
    failures += 1
    return wait
  }

  /// Starts from the first wait again.
  mutating func reset() { failures = 0 }
}
