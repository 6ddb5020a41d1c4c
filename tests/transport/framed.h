// A frame around any table, as the encoder would not make it.
#ifndef DECREE_TESTS_TRANSPORT_FRAMED_H_
#define DECREE_TESTS_TRANSPORT_FRAMED_H_

#include <flatbuffers/flatbuffers.h>

#include <cstring>

#include "paxos/buffer.h"
#include "transport/frame.h"

namespace decree::transport {

/// With a good header and checksum.
inline Payload framed(const flatbuffers::FlatBufferBuilder& builder, FrameType type,
                      const Origin& origin) {
  Payload frame{{}, BufferRef::allocate(kHeaderBytes + builder.GetSize())};
  std::memcpy(frame.owner.bytes().data() + kHeaderBytes, builder.GetBufferPointer(),
              builder.GetSize());
  seal(frame.owner.bytes(), type, origin);
  frame.view = frame.owner.bytes();
  return frame;
}

}  // namespace decree::transport

#endif  // DECREE_TESTS_TRANSPORT_FRAMED_H_
