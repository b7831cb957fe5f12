import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { VisiiError } from "../../errors.ts";
import { mediaType } from "../../image/kind.ts";
import { examineImage, previewImage } from "../../image/node.ts";
import { madeBy } from "../made.ts";
import { Picture, PictureParam, PictureQuery } from "../schemas.ts";
import type { Services } from "../services.ts";
import { failed, file, json } from "./describe.ts";

const FOREVER = "private, max-age=31536000, immutable";

export function pictureRoutes(app: OpenAPIHono, { pictures, library }: Services): void {
  const add = createRoute({
    method: "post",
    path: "/api/pictures",
    tags: ["pictures"],
    summary: "Keep a picture: the body is its file (PNG, JPEG, WebP, AVIF, GIF, TIFF)",
    request: { body: { ...file("application/octet-stream", "The file"), required: true } },
    responses: { 201: json(Picture, "The picture; the same file gives the same id"), ...failed },
  });
  app.openapi(add, async (c) => {
    const type = c.req.header("content-type") ?? "";
    if (!/^(?:image\/|application\/octet-stream)/i.test(type)) {
      throw new VisiiError(
        "unsupported",
        "The body is the picture's file; its content type is image/… or application/octet-stream.",
      );
    }
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const { width, height } = await examineImage(bytes);
    const id = await pictures.add(bytes);
    const made = await madeBy(bytes, library);
    return c.json(
      { id, width, height, type: mediaType(bytes) ?? "application/octet-stream", bytes: bytes.length, ...made },
      201,
    );
  });

  const get = createRoute({
    method: "get",
    path: "/api/pictures/{id}",
    tags: ["pictures"],
    summary: "The picture's file, or a preview of it",
    request: { params: PictureParam, query: PictureQuery },
    responses: { 200: file("image/*", "The picture"), ...failed },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const { width } = c.req.valid("query");
    const bytes = await pictures.read(id);
    c.header("cache-control", FOREVER);
    if (width === undefined)
      return c.body(bytes, 200, { "content-type": mediaType(bytes) ?? "application/octet-stream" });
    return c.body(await previewImage(bytes, Number(width)), 200, { "content-type": "image/webp" });
  });
}
