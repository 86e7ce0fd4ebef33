/** One measured score of a model, as it stands in the card. */
export interface CardScore {
  data: string
  n: number
  max_steps: number
  raw_exact?: number
  solved?: number
  wrong?: number
  date: string
  engine: string
}

/** `hrm.card`: where a model comes from and what it was measured to do. Unknown keys are kept. */
export interface ModelCard {
  name: string
  license?: string
  data?: { name: string; source: string; rows?: number }[]
  regime?: string
  steps?: number
  hours?: number
  hardware?: string
  seed?: number
  commit?: string
  parameters?: number
  scores?: CardScore[]
  notes?: string
  [key: string]: unknown
}
