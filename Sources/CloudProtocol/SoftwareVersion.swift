/// The version of the programs, which a controller also reports in its hello. `deploy/sbom`,
/// `deploy/vex` and the page on security read this file.
public enum SoftwareVersion {
  public static let text = "0.1.0"
  /// The last day with security updates, `YYYY-MM-DD`. The only place of this date.
  public static let supportEnd = "2031-12-31"
  /// What `--version` prints: the version alone in the first line, for programs.
  public static let told = "\(text)\nSecurity updates until \(supportEnd)."
}
