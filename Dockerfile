# Footnote in a container; compose.yaml runs it: docker compose up page
FROM python:3.11-slim-bookworm
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False
WORKDIR /app
# PyTorch's build for the CPU; without this line pip takes the one for graphics cards.
RUN pip install --no-deps "torch==2.13.0" --index-url https://download.pytorch.org/whl/cpu
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY index index
COPY prompts prompts
COPY rag rag
COPY eval eval
COPY ui ui
COPY seeds seeds
RUN pip install -c constraints.txt ".[postgresql,mcp]" && rm -rf /app/*
# What is asked and added lies in /data, which belongs to a user without rights.
RUN useradd --create-home --uid 10001 footnote && mkdir /data && chown footnote /data
USER footnote
ENV XDG_DATA_HOME=/data FOOTNOTE_LIBRARY=/data/library
VOLUME /data
ENTRYPOINT ["footnote"]
CMD ["ui"]
