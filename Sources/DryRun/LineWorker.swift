import CloudProtocol
import Foundation

/// One thread's answers. Unchecked: each worker is used by one thread at a time, and its output is
/// read after all threads have ended.
final class LineWorker<Answerer: LineAnswerer>: @unchecked Sendable {
  private var answerer: Answerer
  private let decoder = JSONDecoder()
  private(set) var output: [UInt8] = []

  init(_ answerer: Answerer) { self.answerer = answerer }

  /// The answer to a line that is longer than any that is read, with its end.
  static var tooLong: [UInt8] {
    refusal(of: nil, "the line has more than \(LineRun.lineBytesMax) bytes") + [10]
  }

  /// Replaces the output by the answers to these lines. A line without any text has no answer, so
  /// that an extra line end does not matter.
  func answer(_ lines: ArraySlice<Range<Int>>, of bytes: [UInt8]) {
    output.removeAll(keepingCapacity: true)
    for line in lines where bytes[line].contains(where: { $0 > UInt8(ascii: " ") }) {
      if line.count > LineRun.lineBytesMax {
        output += Self.tooLong
      } else {
        output += answer(Data(bytes[line]))
        output.append(10)
      }
    }
  }

  /// The answer to one line, without its end.
  func answer(_ written: Data) -> [UInt8] {
    let line: Data
    do throws(WrittenTextProblem) {
      // The carriage return belongs to the line's end, which is not in `written`.
      let end = written.last == UInt8(ascii: "\r") ? written.dropLast() : written
      line =
        Self.needsNormalising(end)
        ? Data(try WrittenText.normalise(Array(end), lines: .matter)) : end
    } catch {
      return Self.refusal(of: nil, error.message)
    }
    if let repeated = JSONFaults(in: Array(line)).repeated.first {
      return Self.refusal(of: (try? decoder.decode(OnlyID.self, from: line))?.id, "\(repeated)")
    }
    let question: Answerer.Question
    do { question = try decoder.decode(Answerer.Question.self, from: line) } catch {
      return refuse(line, error)
    }
    do throws(DryRunError) {
      let answer = try answerer.answer(question)
      return Self.object(of: question.id) { answer.write(to: &$0) }
    } catch {
      return Self.refusal(of: question.id, error.message)
    }
  }

  /// Most lines do not: this spares them a copy.
  private static func needsNormalising(_ line: Data) -> Bool {
    line.first.map { $0 >= 0xEF || $0 == 0 } == true || line.contains(UInt8(ascii: "\r"))
      || line.prefix(4).contains(0)
  }

  private struct OnlyID: Decodable {
    var id: LineID?
  }

  private func refuse(_ line: Data, _ error: any Error) -> [UInt8] {
    let isObject = (try? JSONSerialization.jsonObject(with: line)) is [String: Any]
    let message =
      isObject ? ValidationFailure(decoding: error).description : "the line is not a JSON object"
    return Self.refusal(of: (try? decoder.decode(OnlyID.self, from: line))?.id, message)
  }

  private static func refusal(of id: LineID?, _ message: String) -> [UInt8] {
    object(of: id) { $0.member("error", message) }
  }

  private static func object(
    of id: LineID?, _ members: (inout JSONText) -> Void
  ) -> [UInt8] {
    var json = JSONText(capacity: 256)
    json.object { json in
      json.name("id")
      (id ?? .none).write(to: &json)
      members(&json)
    }
    return json.bytes
  }
}
