// One client's requests, in; their answers in the same order, out.
#ifndef DECREE_EXAMPLES_KV_PIPELINE_H_
#define DECREE_EXAMPLES_KV_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "examples/kv/answer_queue.h"
#include "examples/kv/client.h"
#include "examples/kv/input_buffer.h"
#include "examples/kv/service.h"

namespace decree::kv {

/// Takes requests out of a buffer, has the engine execute them, and lines up the answers.
///
///  - Writes are proposed at once, without waiting for earlier ones: all that a client has sent
///    stands in the log together. The engine keeps the order of what one thread proposes.
///  - Reads that follow each other are done in one read of the engine.
///  - A read behind writes that are not answered yet is proposed like a write, so it sees them. A
///    write behind reads, and a query behind writes, waits for those.
///
/// What one client has under way is bounded: by number, and by bytes of requests and of the answers
/// they are expected to have. Beyond that its requests wait in the buffer.
///
/// Lives on the engine's thread; shared with the completions under way.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  /// `on_change` is called when there is output, more input is wanted or all is finished.
  Pipeline(Service& service, Client client, std::function<void()> on_change);

  [[nodiscard]] InputBuffer& input() { return input_; }
  [[nodiscard]] std::string& output() { return output_; }
  /// Call after input was committed or output was taken.
  void process();

  [[nodiscard]] bool wants_input() const;
  /// No more input will come; what is there is still executed.
  void end_input();
  /// Takes no more requests; those under way are answered.
  void finish() { finishing_ = true; }
  /// All that will ever be answered is in output().
  [[nodiscard]] bool finished() const { return finishing_ && answers_.empty(); }
  /// The client broke the protocol or sent more than was read: it may still be sending.
  [[nodiscard]] bool has_unread_input() const { return broken_ || !input_.view().empty(); }
  /// It held more answers than one client may, and dropped them: the client must go.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  /// on_change is not called any more, and no more requests are taken.
  void abandon();
  /// Bytes.
  [[nodiscard]] std::size_t memory() const;

 private:
  // Reads that are done together. Their answers are numbered from `first` on.
  struct Batch {
    std::string requests;
    std::uint64_t first = 0;
    std::size_t count = 0;
    Consistency consistency = Consistency::linearizable;
  };

  [[nodiscard]] std::size_t max_output() const;
  bool take_request();
  bool dispatch(Arguments arguments);
  bool dispatch(const Command& command, Arguments arguments);
  bool start(const Command& command, Arguments arguments);
  void answer_here(const Command& command, Arguments arguments);
  bool refuse(std::string_view error);
  bool propose(Arguments arguments, std::size_t charge);
  bool add_read(Arguments arguments, std::size_t charge);
  void submit_reads();
  void run(const Batch& batch);
  void reads_done(const Batch& batch, boost::system::error_code error);
  std::string_view raw_request(Arguments arguments);
  [[nodiscard]] std::size_t charge_of(const Command& command, Arguments arguments) const;
  void answer(std::uint64_t number, std::string text);
  void answer_error(std::uint64_t number, std::string_view error);
  void write_done();
  void process_later();

  Service& service_;
  Client client_;
  std::function<void()> on_change_;
  InputBuffer input_;
  RequestParser parser_{kMaxCommandBytes};
  std::string encoded_;  // an inline command as an array
  std::string output_;
  AnswerQueue answers_;
  std::size_t writes_ = 0;         // proposed, not answered
  std::size_t largest_write_ = 0;  // bytes, of those
  std::size_t reads_ = 0;          // in batch_ or at the engine
  std::shared_ptr<Batch> batch_;   // not submitted yet
  bool processing_ = false;
  bool again_ = false;  // process() was called inside of itself
  bool posted_ = false;
  bool needs_input_ = true;  // the request at hand is incomplete
  bool ended_ = false;
  bool finishing_ = false;
  bool broken_ = false;
  bool overflowed_ = false;
  bool abandoned_ = false;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_PIPELINE_H_
