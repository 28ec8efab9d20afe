/**
 * From what the schema compiler found wrong to one problem that names the field, never its
 * value.
 */
import type { FastifyError } from 'fastify';

type Finding = NonNullable<FastifyError['validation']>[number];

export interface Problem {
  /** Like sealed.0.key; absent if it is the body as a whole. */
  field?: string;
  /** Which rule of the schema: required, type, pattern, additionalProperties … */
  problem: string;
}

export function findProblem(findings: readonly Finding[], context = 'body'): Problem {
  // The bare failure of a union says less than what its branches found.
  const useful = findings.filter(({ keyword }) => keyword !== 'anyOf');
  const [first] = likeliestBranch(useful);
  if (!first) return { problem: 'type' };
  const path = [...pathOf(first), ...namedIn(first)].join('.');
  const field = path === '' && context !== 'body' ? context : path;
  return { ...(field === '' ? {} : { field }), problem: first.keyword };
}

/** Of a body that may be one of several, the findings about the one that was meant. */
function likeliestBranch(findings: readonly Finding[]): readonly Finding[] {
  const branchOf = ({ schemaPath }: Finding) => /^#\/anyOf\/\d+/.exec(schemaPath)?.[0];
  const branches = [...new Set(findings.map(branchOf))].map((branch) =>
    findings.filter((finding) => branchOf(finding) === branch),
  );
  // The fields of the wrong one are missing or too many, all found at the top.
  const atTop = (list: readonly Finding[]) =>
    list.filter(({ instancePath }) => instancePath === '').length;
  const [likeliest = []] = branches.toSorted((one, other) => atTop(one) - atTop(other));
  return likeliest;
}

function pathOf({ instancePath }: Finding): string[] {
  return instancePath.split('/').filter((part) => part !== '');
}

/** The field that is missing, or the one too many if it looks like a name and not like a secret. */
function namedIn({ params }: Finding): string[] {
  const { missingProperty, additionalProperty: name = missingProperty } = params;
  return typeof name === 'string' && /^[A-Za-z]{1,20}$/.test(name) ? [name] : [];
}
