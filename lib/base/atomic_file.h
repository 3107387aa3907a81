// Files that are there whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elubench {

// Writes the pieces one after the other to a new file beside `path`, flushes it to the disk (fsync of file and
// folder) and renames it to `path`. On failure (disk full, no permission) throws Error that names path and cause
// and removes the new file; what was at `path` stays. Two processes of one computer that write the same file take
// turns; those of two computers that share it need a lock of their own.
void write_atomically(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);
void write_atomically(const std::filesystem::path& path, std::string_view text);

// The whole file. Throws Error that names path and cause.
std::string read_text(const std::filesystem::path& path);
// The same for a file that the user named: throws UsageError.
std::string read_input(const std::filesystem::path& path);
std::vector<std::byte> read_bytes(const std::filesystem::path& path);

// Makes the folder and its parents, and makes sure that files can be made in it. Throws UsageError otherwise.
void make_writable_folder(const std::filesystem::path& folder);
// Throws UsageError where that can be seen to fail; makes nothing.
void check_folder_can_be_written(const std::filesystem::path& folder);

// Where a copy of a file that is given up goes: the first of PATH.set-aside-1, -2, ... that is not there.
std::filesystem::path set_aside_name(const std::filesystem::path& path);

}  // namespace elubench
