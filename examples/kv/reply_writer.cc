#include "examples/kv/reply_writer.h"

#include <algorithm>

namespace decree::kv {

void ReplyWriter::line(char type, std::string_view text) {
  *out_ += type;
  *out_ += text;
  *out_ += "\r\n";
}

void ReplyWriter::error(std::string_view text) {
  std::string one_line(text);
  std::replace(one_line.begin(), one_line.end(), '\r', ' ');
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  line('-', one_line);
}

void ReplyWriter::bulk(std::string_view bytes) {
  line('$', std::to_string(bytes.size()));
  *out_ += bytes;
  *out_ += "\r\n";
}

bool ReplyWriter::refuse_too_long() {
  if (out_->size() - begin_ <= kMaxReplyBytes) {
    return false;
  }
  out_->resize(begin_);
  out_->shrink_to_fit();
  error("ERR the reply would exceed " + std::to_string(kMaxReplyBytes) + " bytes");
  return true;
}

}  // namespace decree::kv
