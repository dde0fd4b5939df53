/// The version of the programs, which a controller also reports in its hello. `deploy/sbom` reads
/// this file.
public enum SoftwareVersion {
  public static let text = "0.1.0"
}
