# The image of a release: the program that .ci/release has built for each processor, on nothing. The context holds `palabre-amd64` and
# `palabre-arm64`. The Dockerfile of the root builds the program itself.
FROM scratch
ARG TARGETARCH
COPY --chmod=0755 palabre-${TARGETARCH} /palabre
USER 65532:65532
ENTRYPOINT ["/palabre"]
CMD ["run"]
