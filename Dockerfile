# One image for every service: what a container does is decided by its arguments and its
# TONGBAN_* settings, never by how the image was built.

FROM rust:1.95-slim-bookworm AS build
# librdkafka and aws-lc are compiled from the sources the crates carry; a C and C++ compiler and
# make are all they need. Nothing from here is linked dynamically except glibc.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc g++ libc6-dev make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# .dockerignore lets in only what the build reads, so this copy is smaller than it looks.
COPY . .
# The caches outlive the layer, the binary must not live in one: hence the copy at the end.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked -p tongban \
 && install -D -m 0755 target/release/tongban /out/tongban

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="tongban" \
      org.opencontainers.image.description="Tongban: one mesh for a city's government services" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 tongban \
 && useradd --system --uid 10001 --gid tongban --home-dir /var/lib/tongban --shell /usr/sbin/nologin tongban \
 && install -d -o tongban -g tongban -m 0750 /var/lib/tongban
COPY --from=build /out/tongban /usr/local/bin/tongban
# The sample city. It is read, never written; what a service writes goes to TONGBAN_DATA_DIR.
COPY data/ /opt/tongban/data/
WORKDIR /opt/tongban
ENV TONGBAN_DATA_DIR=/var/lib/tongban \
    TONGBAN_LISTEN=0.0.0.0:8080 \
    TONGBAN_LOG_FORMAT=json
EXPOSE 8080
# A number, not a name: Kubernetes can only prove "not root" from a number.
USER 10001:10001
# The binary asks itself, so the image needs neither a shell tool nor an HTTP client for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 \
    CMD ["tongban", "doctor", "--ready", "http://127.0.0.1:8080"]
ENTRYPOINT ["tongban"]
CMD ["serve"]
