import Foundation

extension DaemonSettings {
  /// Looks whether the files and folders that the settings name are there and readable by this
  /// user. Reads none of them; an empty answer is good.
  public func checkFiles() -> [SettingsProblem] {
    var problems: [SettingsProblem] = []
    func file(_ path: String, _ value: String?) {
      guard let value, !FileManager.default.isReadableFile(atPath: value) else { return }
      problems.append(
        SettingsProblem(path: path, message: "\(value) is not there, or this user may not read it"))
    }
    func folder(_ path: String, _ value: String) {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: value, isDirectory: &isFolder)
      guard !exists || !isFolder.boolValue || !FileManager.default.isWritableFile(atPath: value)
      else { return }
      problems.append(
        SettingsProblem(
          path: path, message: "the folder \(value) is not there, or this user may not write it"))
    }
    folder("state.folder", stateFolder)
    folder("console.socket", URL(fileURLWithPath: consoleSocket).deletingLastPathComponent().path)
    file("credentials.keyFile", credentialKeyFile)
    file("credentials.previousKeyFile", previousCredentialKeyFile)
    file("credentials.offlinePINKeyFile", offlinePINKeyFile)
    file("credentials.issuerRootsFile", issuerRootsFile)
    file("cloud.publicKeyFile", cloud?.publicKeyFile)
    file("cloud.passwordFile", cloud?.passwordFile)
    file("cloud.tls.caFile", cloud?.tls?.caFile)
    file("cloud.tls.certificateFile", cloud?.tls?.certificateFile)
    file("cloud.tls.keyFile", cloud?.tls?.keyFile)
    file("console.web.certificateFile", web?.certificateFile)
    file("console.web.keyFile", web?.keyFile)
    return problems
  }
}
