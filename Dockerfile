# elubench and its report in one image: trains on NVIDIA GPUs, or with --build-arg DEVICE=cpu on processors only, a quarter of the size.
# docker/build calls this with the labels filled in; docker/README.md says how the image is used.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ARG DEVICE=cuda
# Any x86-64 processor since about 2013; "native" for this one alone.
ARG PROCESSOR=x86-64-v3
# A file of certificates, for pip behind a proxy that needs its own.
ARG PIP_CERT=
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
WORKDIR /source
COPY scripts/setup scripts/requirements*.txt scripts/
RUN case ${DEVICE} in cuda) scripts/setup --cuda ;; cpu) scripts/setup ;; *) echo "DEVICE is cuda or cpu" >&2; exit 2 ;; esac
COPY . .
RUN preset=$([ ${DEVICE} = cuda ] && echo cuda || echo release) \
 && cmake --preset $preset -DELUBENCH_TESTS=OFF -DELUBENCH_PROCESSOR=${PROCESSOR} -DCMAKE_INSTALL_PREFIX=/opt/elubench \
 && cmake --build --preset $preset \
 && cmake --install build/$preset --strip \
 && docker/collect build/$preset/elubench /opt/elubench

FROM ${BASE}
ARG VERSION=unknown
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="elubench" \
      org.opencontainers.image.description="Reproduction benchmark of the ELU paper on CIFAR" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libarchive13 libcurl4 libspdlog1.10 libtomlplusplus3 python3-minimal \
      libpython3-stdlib \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
COPY --from=build /opt/elubench /opt/elubench
COPY LICENSE /opt/elubench/
# Experiments, data and caches go to the volume, whoever the user is.
RUN useradd --no-create-home --uid 10001 elubench && mkdir -m 1777 /results
ENV PATH=/opt/elubench/bin:${PATH} \
    ELUBENCH_RECIPES=/opt/elubench/results \
    XDG_CACHE_HOME=/results/.cache \
    MPLCONFIGDIR=/results/.cache/matplotlib \
    CUDA_CACHE_PATH=/results/.cache/cuda \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# As a user does it, but with caches that do not stay.
RUN elubench --version && MPLCONFIGDIR=/tmp/matplotlib report --help >/dev/null && rm -rf /tmp/matplotlib && [ -z "$(ls -A /results)" ]
USER 10001
WORKDIR /results
VOLUME /results
ENTRYPOINT ["elubench"]
CMD ["--help"]
