import FuzzTargets
import Glibc

// The entry points of libFuzzer, https://llvm.org/docs/LibFuzzer.html.
// POSTERN_FUZZ_TARGET names the target; POSTERN_FUZZ_SEEDS a folder that gets its first inputs.

private func stop(_ message: String) -> Never {
  let line = Array("postern-fuzz: \(message)\n".utf8)
  write(STDERR_FILENO, line, line.count)
  abort()
}

// Safe: libFuzzer calls both entry points from its one thread.
nonisolated(unsafe) private var run: FuzzTarget.Run?

private func target() -> FuzzTarget {
  let name = getenv("POSTERN_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    for target in FuzzTarget.all {
      print("\(target.name)\t\(target.bytesMax)\t\(target.about)")
    }
    exit(name.isEmpty ? 0 : 64)
  }
  return target
}

private func writeSeeds(of target: FuzzTarget, to folder: String) throws {
  for (number, seed) in try target.seeds().enumerated() {
    guard let file = fopen("\(folder)/seed-\(number)", "w") else {
      stop("cannot write to \(folder)")
    }
    fwrite(seed, 1, seed.count, file)
    fclose(file)
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM expects the executable's `main` under this name, so libFuzzer's own `main` is not used.
@_cdecl("postern_fuzz_main")
public func main(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  var count = count
  var arguments = arguments
  prepare()
  return runDriver(&count, &arguments, testOneInput)
}

private func prepare() {
  let target = target()
  do {
    if let folder = getenv("POSTERN_FUZZ_SEEDS") {
      try writeSeeds(of: target, to: String(cString: folder))
      exit(0)
    }
    run = try target.make()
  } catch {
    stop("\(target.name) cannot begin: \(error)")
  }
}

/// libFuzzer's own `main` is linked nevertheless, and needs this symbol.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try run?(Array(UnsafeBufferPointer(start: bytes, count: count)))
  } catch {
    stop("\(error)")
  }
  return 0
}
