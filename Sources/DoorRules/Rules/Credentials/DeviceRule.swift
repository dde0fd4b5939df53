/// A credential issued for one controller opens nothing at another, and no way out: nobody came in by it.
let deviceRule = AccessRule("DeviceRule", whoeverLeaves: .isJudged) { question in
  guard let device = question.holder.credential?.device else {
    return question.pass("\(question.subject) names no device")
  }
  guard let here = question.policy.facility.controller else {
    return question.pass("\(question.subject) is for \(device); which device this is, is not known")
  }
  return device == here
    ? question.pass("\(question.subject) is for this device, \(here)")
    : question.deny(.wrongDevice, "\(question.subject) is for \(device), this is \(here)")
}
