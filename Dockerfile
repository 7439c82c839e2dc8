# Footnote in a container; compose.yaml runs it: docker compose up page
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/footnote
ENV PATH=/opt/footnote/bin:$PATH
WORKDIR /build
# PyTorch's build for the CPU; without this line pip takes the one for graphics cards.
RUN pip install --no-compile --no-deps "torch==2.13.0" --index-url https://download.pytorch.org/whl/cpu
# What takes long to fetch is a layer of its own, each file by its hash.
COPY requirements.lock ./
RUN grep -vE '^(torch|triton|cuda|nvidia)' requirements.lock > cpu.lock \
 && pip install --no-compile --no-deps --require-hashes -r cpu.lock
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY index index
COPY prompts prompts
COPY rag rag
COPY eval eval
COPY ui ui
COPY seeds seeds
RUN pip install --no-compile -c constraints.txt ".[postgresql,mcp]"
# Without the tests and headers of packages, 210 MB. What runs cannot write, so what a question and
# the page import is compiled here (an answer takes 0.5 s of processor time, and else 4), the rest not.
RUN cd /opt/footnote/lib/python3.11/site-packages \
 && rm -rf torch/include torch/test \
 && find mpmath networkx numpy pandas scipy sklearn sympy -type d -name tests -prune -exec rm -rf {} + \
 && python -m compileall -q -j 2 -x '/(torch|transformers|sentence_transformers|sympy|mpmath|networkx|scipy|sklearn|nltk|kubernetes)/' .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/footnote /opt/footnote
# What is asked, added and set lies in /data, which belongs to a user without rights.
RUN useradd --create-home --uid 10001 footnote && mkdir /data && chown footnote /data
USER footnote
ENV PATH=/opt/footnote/bin:$PATH HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False \
    XDG_DATA_HOME=/data XDG_CONFIG_HOME=/data/config FOOTNOTE_LIBRARY=/data/library
VOLUME /data
ENTRYPOINT ["footnote"]
CMD ["ui"]
