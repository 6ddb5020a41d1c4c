// Answers in the order of their requests, though they become known in any order.
#ifndef DECREE_EXAMPLES_KV_ANSWER_QUEUE_H_
#define DECREE_EXAMPLES_KV_ANSWER_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace decree::kv {

/// Each answer that is expected is charged bytes: what its request and it are thought to take until
/// it is taken out.
class AnswerQueue {
 public:
  [[nodiscard]] bool empty() const { return answers_.empty(); }
  [[nodiscard]] std::size_t size() const { return answers_.size(); }
  /// The number that the next expect() returns.
  [[nodiscard]] std::uint64_t next() const { return first_ + answers_.size(); }
  /// Bytes charged for what is in the queue.
  [[nodiscard]] std::size_t charged() const { return charged_; }
  /// Bytes of the answers in the queue.
  [[nodiscard]] std::size_t held() const { return held_; }

  std::uint64_t expect(std::size_t charge) {
    answers_.push_back(Answer{{}, charge, false});
    charged_ += charge;
    return next() - 1;
  }

  /// `number` is one that is expected. A second call replaces the answer.
  void set(std::uint64_t number, std::string text) {
    Answer& answer = answers_[number - first_];
    held_ += text.size() - answer.text.size();
    answer.text = std::move(text);
    answer.ready = true;
  }

  /// Appends the answers up to the first that is not known.
  void take(std::string* out) {
    while (!answers_.empty() && answers_.front().ready) {
      const Answer& answer = answers_.front();
      held_ -= answer.text.size();
      charged_ -= answer.charge;
      *out += answer.text;
      answers_.pop_front();
      ++first_;
    }
  }

  /// Forgets the text of all answers, not that they are expected.
  void drop() {
    for (Answer& answer : answers_) {
      answer.text = std::string();
    }
    held_ = 0;
  }

 private:
  struct Answer {
    std::string text;
    std::size_t charge = 0;
    bool ready = false;
  };

  std::deque<Answer> answers_;
  std::uint64_t first_ = 0;  // number of answers_.front()
  std::size_t charged_ = 0;
  std::size_t held_ = 0;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_ANSWER_QUEUE_H_
