/// A credential with a limited number of uses opens nothing once they are used up. Leaving uses none, and
/// needs none.
let useCountRule = AccessRule("UseCountRule", whoeverLeaves: .passes) { question in
  guard let most = question.holder.credential?.usesMax else {
    return question.pass("\(question.subject) may be used as often as one likes")
  }
  return question.answer(
    question.holder.use.count < most ? nil : .useCountExceeded,
    "\(question.subject) was used \(question.holder.use.count) times of \(most)")
}
