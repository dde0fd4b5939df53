import CGpiod
import DoorCore
import DoorRules
import Glibc

/// State of the edge thread: its inputs, its buffers, and the edges that were read and not
/// delivered yet, by timestamp. The buffers are allocated once, so that an edge costs no
/// allocation.
struct EdgeReading: ~Copyable {
  /// A request and the meaning of its lines.
  private struct Source {
    let line: any HeldLine
    var meanings: [(offset: UInt32, input: InputLine, owned: HeldLines.Owned)]
  }

  private(set) var held: [LineEdge] = []
  private(set) var generation = -1
  private var sources: [Source] = []
  private var descriptors: [pollfd] = []
  private let edges = UnsafeMutablePointer<postern_edge>.allocate(capacity: GPIOLine.readMax)

  init() { held.reserveCapacity(GPIOLine.readMax * 4) }

  deinit { edges.deallocate() }

  mutating func watch(_ inputs: [InputLine: HeldLines.Owned], generation: Int) {
    self.generation = generation
    sources = []
    for (input, owned) in inputs where !owned.isPolled {
      let meaning = (offset: UInt32(owned.offset), input: input, owned: owned)
      if let known = sources.firstIndex(where: { $0.line === owned.line }) {
        sources[known].meanings.append(meaning)
      } else {
        sources.append(Source(line: owned.line, meanings: [meaning]))
      }
    }
    descriptors = sources.map {
      pollfd(fd: $0.line.descriptor, events: Int16(POLLIN), revents: 0)
    }
  }

  /// Reads the pending edges, in the order of their timestamps. Returns the lines that are gone.
  mutating func take() -> [(InputLine, HeldLines.Owned)] {
    guard poll(&descriptors, nfds_t(descriptors.count), 0) > 0 else { return [] }
    var lost: [(InputLine, HeldLines.Owned)] = []
    let broken = Int16(POLLERR | POLLHUP | POLLNVAL)
    let before = held.count
    for (source, ready) in zip(sources, descriptors) where ready.revents != 0 {
      // A chip that is gone may say so without an error of the read.
      guard let count = source.line.read(edges), count > 0 || ready.revents & broken == 0 else {
        lost += source.meanings.map { ($0.input, $0.owned) }
        continue
      }
      for edge in UnsafeBufferPointer(start: edges, count: count) {
        guard let meaning = source.meanings.first(where: { $0.offset == edge.offset }) else {
          continue
        }
        held.append(
          LineEdge(
            line: meaning.input, isActive: edge.active,
            at: MonotonicInstant(nanoseconds: edge.nanoseconds),
            sequence: edge.has_sequence ? edge.sequence : nil))
      }
    }
    if held.count > before { held.sort { $0.at < $1.at } }
    return lost
  }

  /// Delivers the edges up to `limit`, or all for nil.
  mutating func handOn(upTo limit: MonotonicInstant?, _ onEdge: (LineEdge) -> Void) {
    let due = limit.map { limit in held.prefix { $0.at <= limit }.count } ?? held.count
    for edge in held.prefix(due) { onEdge(edge) }
    held.removeFirst(due)
  }
}
