#include "data/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/interrupt.h"

namespace elubench::data {
namespace {

using Reader = std::unique_ptr<archive, int (*)(archive*)>;
constexpr std::size_t block_bytes = 1 << 20;

class Unpacker {
 public:
  Unpacker(const std::filesystem::path& path, const std::filesystem::path& folder)
      : path_(path),
        folder_(folder),
        reader_(archive_read_new(), archive_read_free),
        writer_(archive_write_disk_new(), archive_write_free) {
    archive_read_support_filter_all(reader_.get());
    archive_read_support_format_tar(reader_.get());
    check(archive_read_open_filename(reader_.get(), path.c_str(), block_bytes), reader_);
  }

  void run() {
    archive_entry* entry = nullptr;
    while (true) {
      throw_if_interrupted();
      const int status = archive_read_next_header(reader_.get(), &entry);
      if (status == ARCHIVE_EOF) return;
      check(status, reader_);
      place(entry);
      check(archive_write_header(writer_.get(), entry), writer_);
      copy_content();
      check(archive_write_finish_entry(writer_.get()), writer_);
    }
  }

 private:
  void check(int status, const Reader& side) const {
    if (status >= ARCHIVE_WARN) return;
    const char* cause = archive_error_string(side.get());
    throw Error("cannot unpack " + path_.string() + ": " + (cause == nullptr ? "unknown cause" : cause));
  }

  [[noreturn]] void refuse(const std::string& name) const {
    throw Error("cannot unpack " + path_.string() + ": its entry '" + name +
                "' is no plain file inside the folder; the archive is not the official one");
  }

  void place(archive_entry* entry) const {
    const char* text = archive_entry_pathname(entry);
    const std::filesystem::path name = text == nullptr ? "" : text;
    bool leaves = name.empty() || name.is_absolute();
    for (const auto& part : name) leaves = leaves || part == "..";
    const auto type = archive_entry_filetype(entry);
    const bool plain = (type == AE_IFREG && archive_entry_hardlink(entry) == nullptr) || type == AE_IFDIR;
    if (leaves || !plain) refuse(name.string());
    archive_entry_set_pathname(entry, (folder_ / name).c_str());
    archive_entry_set_perm(entry, type == AE_IFDIR ? 0755 : 0644);
  }

  void copy_content() const {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (true) {
      const int status = archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) return;
      check(status, reader_);
      check(static_cast<int>(archive_write_data_block(writer_.get(), block, size, offset)), writer_);
    }
  }

  std::filesystem::path path_, folder_;
  Reader reader_, writer_;
};

}  // namespace

void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder) {
  Unpacker(archive, folder).run();
}

}  // namespace elubench::data
