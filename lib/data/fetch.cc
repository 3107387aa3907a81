#include "data/fetch.h"

#include <ostream>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/file_lock.h"
#include "base/log.h"
#include "base/temporary_folder.h"
#include "data/download.h"
#include "data/unpack.h"

namespace elubench::data {
namespace {

// Throws UsageError.
void check_file(const CifarSet& set, const CifarFile& file, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file.name;
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) throw UsageError(path.string() + " is missing" + remedy(set, path));
  check_content(set, file, path, bytes, checksum_of_file(ChecksumKind::sha256, path));
}

// What is wrong with the first bad file; empty: nothing.
std::string first_fault(const CifarSet& set, const std::filesystem::path& folder) {
  try {
    for (const CifarFile& file : set.files) check_file(set, file, folder);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::string by_hand(const CifarSet& set, const std::filesystem::path& folder) {
  return "; or put the unpacked files into " + (folder / set.folder).string() + " by hand";
}

void download_from(const std::string& url, const CifarSet& set, const std::filesystem::path& folder,
                   const std::filesystem::path& part) {
  log_info("downloading " + url);
  try {
    download(url, part);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.what() + by_hand(set, folder));
  }
}

bool is_archive(const CifarSet& set, const std::filesystem::path& part) {
  return std::filesystem::exists(part) && checksum_of_file(ChecksumKind::md5, part) == set.archive_md5;
}

// A part that is whole already is left by a run that was stopped while it unpacked.
std::filesystem::path download_archive(const CifarSet& set, const std::filesystem::path& folder,
                                       std::string_view site) {
  const std::filesystem::path part = folder / (set.archive + ".part");
  if (is_archive(set, part)) return part;
  const std::string url = std::string(site) + "/" + set.archive;
  download_from(url, set, folder, part);
  if (const std::string found = checksum_of_file(ChecksumKind::md5, part); found != set.archive_md5) {
    const std::uintmax_t bytes = std::filesystem::file_size(part);
    std::filesystem::remove(part);
    throw Error(url + " is cut short or not the official archive: " + std::to_string(bytes) +
                " bytes, MD5 expected " + set.archive_md5 + ", found " + found + "; run the same command again" +
                by_hand(set, folder));
  }
  return part;
}

// File by file: what else is in the folder stays.
void move_files(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    std::filesystem::rename(entry.path(), to / entry.path().filename());
  }
}

void install(const CifarSet& set, const std::filesystem::path& folder, const std::filesystem::path& archive) {
  const TemporaryFolder temporary(folder, "." + set.folder + ".unpacking");
  unpack(archive, temporary.path());
  for (const CifarFile& file : set.files) check_file(set, file, temporary.path() / set.folder);
  move_files(temporary.path() / set.folder, folder / set.folder);
}

}  // namespace

void fetch(std::string_view set, const std::filesystem::path& folder, std::string_view site) {
  fetch(find_cifar(set), folder, site);
}

void fetch(const CifarSet& set, const std::filesystem::path& folder, std::string_view site) {
  const std::string fault = first_fault(set, folder / set.folder);
  if (fault.empty()) {
    log_info((folder / set.folder).string() + " is complete");
    return;
  }
  const bool damaged = std::filesystem::exists(folder / set.folder);
  if (damaged) log_warning(fault);
  make_writable_folder(folder);
  const FileLock lock(folder / ("." + set.folder + ".lock"));
  try {
    const std::filesystem::path archive = download_archive(set, folder, site);
    install(set, folder, archive);
    std::filesystem::remove(archive);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (!damaged) throw;
    throw UsageError(fault + ", which has just failed: " + error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error("cannot put " + set.name + " into " + folder.string() + ": " + error.code().message());
  }
  log_info((folder / set.folder).string() + " is complete");
}

void verify(std::string_view set, const Locations& locations, std::ostream& out) {
  verify(find_cifar(set), locations, out);
}

void verify(const CifarSet& set, const Locations& locations, std::ostream& out) {
  const std::filesystem::path folder = find_cifar_folder(set, locations);
  std::string fault;
  for (const CifarFile& file : set.files) {
    try {
      check_file(set, file, folder);
      out << (folder / file.name).string() << ": ok, SHA-256 " << file.sha256 << "\n";
    } catch (const Error& error) {
      out << error.what() << "\n";
      if (fault.empty()) fault = error.what();
    }
  }
  if (!fault.empty()) throw UsageError(fault);
}

}  // namespace elubench::data
