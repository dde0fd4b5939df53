import CloudProtocol

/// The chip's lines.
public struct LineFacts: Sendable, Hashable {
  /// Why a line is not there, as it is told apart for what to do.
  public enum Fault: Sendable, Hashable {
    /// There is no such chip.
    case chipMissing
    /// The chip has no such line.
    case lineMissing
    /// `by` is what the kernel says of the holder.
    case busy(by: String)
    case other(String)
  }

  /// A line that is wired.
  public struct Line: Sendable, Hashable {
    /// Its meaning, such as `relay of door front`.
    public var name: String
    /// Chip and offset, such as `line 17 of gpiochip0`.
    public var place: String
    public var fault: Fault?

    public init(name: String, place: String, fault: Fault?) {
      self.name = name
      self.place = place
      self.fault = fault
    }
  }

  public var lines: [Line]

  public init(lines: [Line]) { self.lines = lines }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("lines")
    let whole = lines.filter { $0.fault == nil }.count
    for line in lines {
      guard let fault = line.fault else { continue }
      let what = "\(line.name), \(line.place)"
      switch fault {
      case .chipMissing:
        writer.failure(
          "chip", "\(what): there is no such chip",
          do: "`gpiodetect` lists the chips; correct `chip` in the settings or load its driver")
      case .lineMissing:
        writer.failure(
          "number", "\(what): the chip has no such line",
          do: "`gpioinfo` lists the lines; correct the number in the settings")
      case .busy(let holder):
        writer.failure(
          "busy", "\(what): held by \(holder)",
          do: "stop that program, or wire and set another line")
      case .other(let detail):
        writer.failure(
          "fault", "\(what): \(detail)",
          do: "look at `dmesg`; the daemon tries again every few seconds")
      }
    }
    if whole > 0 || lines.isEmpty { writer.ok("held", "\(whole) of \(lines.count) lines are held") }
    return writer.checks
  }
}
