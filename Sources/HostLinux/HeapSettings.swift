import CLinux

/// Settings of glibc's heap for a program that runs for years in little memory; mallopt(3).
public enum HeapSettings {
  /// Blocks of at least this size are mapped separately, and return to the kernel when they are
  /// freed. By default the threshold grows to 32 MiB with the first large message, and the memory
  /// stays. In bytes.
  static let largeBlockBytes: Int32 = 131_072
  /// The most heaps: with one for each thread, each would keep its peak. Two serve two cores.
  static let arenasMax: Int32 = 2

  /// Call it before any thread starts. Settings that the library refuses are ignored.
  public static func keepSmall() {
    _ = mallopt(M_ARENA_MAX, arenasMax)
    _ = mallopt(M_MMAP_THRESHOLD, largeBlockBytes)
    _ = mallopt(M_TRIM_THRESHOLD, largeBlockBytes)
  }
}
