// Files by the system's calls, with errors as values.
#ifndef DECREE_WAL_POSIX_FILE_H_
#define DECREE_WAL_POSIX_FILE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "proactor/unique_fd.h"
#include "wal/disk.h"

namespace decree::wal {

/// What errno says.
std::error_code last_error();

/// Writes all, also when the system writes it in parts.
std::error_code write_all(int fd, std::uint64_t offset, std::span<const std::byte> bytes);
/// Reads all; a file that ends too early is an error.
std::error_code read_all(int fd, std::uint64_t offset, std::span<std::byte> into);

/// The same past the page cache, which a direct file is anyway.
std::error_code read_medium(int fd, bool direct, std::uint64_t offset, std::span<std::byte> into);
/// Opens a file of a directory and reads a part of it so, in small pieces; gives up between two of
/// them when `stop` is set.
std::error_code read_part(int directory, const std::string& name, bool direct, std::uint64_t offset,
                          std::span<std::byte> into, const std::atomic<bool>& stop);

/// Appends the names of a directory's files.
std::error_code list_files(int directory, std::vector<std::string>& names);

/// What was made, renamed or removed in it stays so.
std::error_code sync_directory(const std::string& path);

/// How to make a file of real zeros.
struct FileToMake {
  int directory = -1;
  std::string name;
  std::span<const std::byte> head;  // whole blocks from aligned memory
  std::uint64_t size = 0;
  bool direct = false;  // O_DIRECT
};
/// Makes it under another name, syncs it, renames it, syncs the directory. Gives up between two
/// pieces when `stop` is set. After an error there is no file.
std::error_code make_file(const FileToMake& file, const std::atomic<bool>& stop, UniqueFd& made);

/// Makes it out of the file `from`, whose other bytes stay: overwrites the head, syncs, renames,
/// syncs the directory.
std::error_code reuse_file(const FileToMake& file, const std::string& from, UniqueFd& made);

/// Makes it out of a source, like make_file(), but after an error there may be what
/// unfinished_name() names. `pace` is called after each piece with the bytes written so far.
std::error_code write_file(int directory, const std::string& name, bool direct, FileSource& source,
                           const std::function<void(std::uint64_t)>& pace,
                           const std::atomic<bool>& stop);

/// Removes a file that no Directory reads, else "operation would block". In pieces: a file system
/// that discards what is freed (mount option "discard") holds up every sync of the disk for as long
/// as one takes, 140 ms for 1.2 GiB. `pace` is called after each piece.
std::error_code remove_file(int directory, const std::string& name,
                            const std::function<void()>& pace, const std::atomic<bool>& stop);

/// What a file is called until it is complete. Such files are removed at the next opening.
std::string unfinished_name(const std::string& name);
bool is_unfinished(const std::string& name);

}  // namespace decree::wal

#endif  // DECREE_WAL_POSIX_FILE_H_
