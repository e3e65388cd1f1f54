# releaf for CI jobs: docs/container.md. Node 24 is a long-term release; Debian 13 is the first with glab.
# Pinned by tag. Where you build it, pin the digest that you have looked at: --build-arg BASE=node@sha256:…
ARG BASE=docker.io/library/node:24-trixie-slim

FROM ${BASE} AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm pack --ignore-scripts
# The packed program with the locked versions of what it needs, and nothing else.
WORKDIR /opt/releaf
RUN tar -xzf /source/releaf-*.tgz --strip-components=1 \
    && cp /source/package-lock.json . \
    && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    # What only compilers and debuggers read.
    && find . -type f \( -name '*.d.ts' -o -name '*.d.[cm]ts' -o -name '*.map' \) -delete \
    && chmod 755 build/lib/cli/bin.js

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git gh glab \
    && rm -rf /var/lib/apt/lists/* \
    # The repository is mounted, and mostly somebody else's.
    && git config --system --add safe.directory '*'
COPY --from=build /opt/releaf /opt/releaf
RUN ln -s /opt/releaf/build/lib/cli/bin.js /usr/local/bin/releaf
# Any user can write there, also one without an entry in /etc/passwd.
ENV HOME=/tmp
WORKDIR /repository
USER 1000:1000
ENTRYPOINT ["releaf"]
