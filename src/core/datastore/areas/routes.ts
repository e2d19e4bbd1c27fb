import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Bindings } from '../bindings/index.ts'
import { outlineOf } from './boundaries.ts'
import { multiPolygon } from './geometry.ts'
import { boxOf } from './sql.ts'

/** Said with every boundary. */
export const ATTRIBUTION =
  'Contains National Statistics, Ordnance Survey and National Records of Scotland data © Crown copyright and database right 2013; converted by Martin Chorley (CC BY 4.0); made simple to 200 metres'

const AreaPath = Type.Object({ area: Type.String({ maxLength: 200, description: 'GSS code, code of a local authority, or name' }) })
const Area = Type.Object({
  code: Type.String({ description: 'GSS code' }),
  name: Type.String(),
  districts: Type.Array(Type.String(), { description: 'Districts of 2013 whose boundaries it is made of' }),
  links: Type.Object({ boundary: Type.String() }),
})

/** The areas that `within` knows, and their boundaries. */
export function areaRoutes(app: FastifyInstance, { bindings, base }: { bindings: Bindings; base: () => string }): void {
  app.get(
    '/v1/areas',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listAreas',
        summary: 'Areas whose boundaries come with Sixteen',
        tags: ['Data'],
        querystring: Type.Object(
          { q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of a name or code' })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ areas: Type.Array(Area), attribution: Type.String() }) },
      },
    },
    async (request) => {
      const { q = '' } = request.query as { q?: string }
      const areas = bindings.areas().filter(({ code, name }) => `${code} ${name}`.toLowerCase().includes(q.toLowerCase()))
      return {
        areas: areas.map((area) => ({ ...area, districts: [...area.districts], links: { boundary: `${base()}/v1/areas/${area.code}` } })),
        attribution: ATTRIBUTION,
      }
    },
  )

  app.get(
    '/v1/areas/:area',
    {
      config: { access: 'public' },
      schema: { operationId: 'getArea', summary: 'The boundary of an area, as GeoJSON', tags: ['Data'], params: AreaPath },
    },
    async (request, reply) => {
      const { code, name, districts } = bindings.area((request.params as Static<typeof AreaPath>).area)
      const rings = outlineOf(districts)
      const feature = {
        type: 'Feature',
        id: code,
        bbox: boxOf(rings),
        properties: { code, name, districts, attribution: ATTRIBUTION },
        geometry: multiPolygon(rings),
      }
      return reply.type('application/geo+json; charset=utf-8').send(Buffer.from(JSON.stringify(feature)))
    },
  )
}
