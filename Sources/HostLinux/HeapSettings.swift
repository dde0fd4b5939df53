import CLinux

/// How glibc's heap is to behave in a program that runs for years in little memory; mallopt(3).
public enum HeapSettings {
  /// Blocks of this size and more are the kernel's, and go back to it when they are free. Unless it
  /// is said, the bound grows to 32 MiB with the first large message, and such blocks stay. In bytes.
  static let largeBlockBytes: Int32 = 131_072
  /// Heaps, at most: one for each thread would each keep what was once used. 2 serve two cores.
  static let arenasMax: Int32 = 2

  /// To be called before there are threads. What the library does not take changes nothing.
  public static func keepSmall() {
    _ = mallopt(M_ARENA_MAX, arenasMax)
    _ = mallopt(M_MMAP_THRESHOLD, largeBlockBytes)
    _ = mallopt(M_TRIM_THRESHOLD, largeBlockBytes)
  }
}
